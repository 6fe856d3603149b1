package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

@Timeout(60)
class UpdateTest {

    private static final long MIB = 1L << 20;

    @TempDir
    Path base;
    private FakeHost host;
    private Engine engine;
    private ContainerService containers;

    @BeforeEach
    void open() throws IOException {
        host = new FakeHost(base);
        engine = Fakes.engine(base, host.socket, point -> { }, null);
        engine.open();
        containers = new ContainerService(() -> engine);
    }

    @AfterEach
    void close() throws IOException {
        engine.close();
        host.close();
    }

    private ContainerInfo update(String id, Consumer<ContainerChange> how) {
        ContainerChange change = new ContainerChange();
        how.accept(change);
        return containers.update(id, change);
    }

    private List<String> calls() {
        return Fakes.backend(engine).calls;
    }

    @Test
    void aContainerThatDoesNotRunGetsItAtTheNextStart() {
        String id = containers.create(Fakes.spec("sleep")).id;
        ContainerInfo info = update(id, c -> {
            c.memory = 101 * MIB;
            c.cpus = 0.5;
            c.restartPolicy = "on-failure";
            c.restartRetries = 3;
        });
        assertEquals(102 * MIB, info.memory);
        assertEquals(3, info.spec.restartRetries);
        containers.start(id);
        VmPlan plan = Fakes.backend(engine).plans.getLast();
        assertEquals(102 * MIB, plan.memory());
        assertEquals(102 * MIB, plan.maxMemory());
        assertEquals(1, plan.processors());
        assertEquals(0.5, plan.jail().limits().cpus());
        assertEquals(List.of(), calls());
    }

    @Test
    void theHostHoldsTheVmmToWhatIsAskedFor() {
        ContainerSpec spec = Fakes.spec("sleep");
        spec.cpuShares = 512;
        spec.cpuSet = "0";
        spec.cpuQuota = 25_000;
        spec.cpuPeriod = 50_000;
        spec.memoryReservation = 32 * MIB;
        containers.start(containers.create(spec).id);
        assertEquals(new VmPlan.Limits(0.5, 512, "0", 32 * MIB), Fakes.backend(engine).plans.getLast().jail().limits());
        ContainerSpec set = Fakes.spec("sleep");
        set.cpuSet = "0,0-0";
        containers.start(containers.create(set).id);
        assertEquals(1, Fakes.backend(engine).plans.getLast().processors());
        for (Consumer<ContainerSpec> bad : List.<Consumer<ContainerSpec>>of(s -> s.cpuSet = "0-", s -> s.cpuSet = "5000", s -> s.cpuSet = "1-0",
                s -> s.cpuShares = 1, s -> s.cpuShares = 300_000, s -> s.cpuQuota = 999, s -> s.cpuPeriod = 1_000_001,
                s -> s.memoryReservation = MIB, s -> s.memoryReservation = s.memory + 1024 * MIB)) {
            ContainerSpec wrong = Fakes.spec("sleep");
            wrong.memory = 64 * MIB;
            bad.accept(wrong);
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> containers.create(wrong)).code());
        }
    }

    @Test
    void aMicrovmThatRunsGrowsAndShrinks() {
        ContainerSpec spec = Fakes.spec("sleep");
        spec.memory = 128 * MIB;
        spec.maxMemory = 256 * MIB;
        spec.maxProcessors = Runtime.getRuntime().availableProcessors();
        String id = containers.create(spec).id;
        containers.start(id);
        VmPlan plan = Fakes.backend(engine).plans.getLast();
        assertEquals(128 * MIB, plan.memory());
        assertEquals(256 * MIB, plan.maxMemory());
        assertEquals(spec.maxProcessors, plan.maxProcessors());
        assertEquals(192 * MIB, update(id, c -> c.memory = 192 * MIB).memory);
        update(id, c -> c.memory = 96 * MIB);
        update(id, c -> c.memory = 160 * MIB);
        assertEquals(List.of("memory 192", "memory 128", "target 96", "memory 160", "target 128"), calls());
        HyprException e = assertThrows(HyprException.class, () -> update(id, c -> c.memory = 300 * MIB));
        assertEquals("Container " + containers.inspect(id).name
                + " was started as a microVM that can grow to 256 MiB of memory, not to 300 MiB.", e.getMessage());
        assertEquals(160 * MIB, containers.inspect(id).memory);
        if (spec.maxProcessors > 1) {
            assertEquals(2, update(id, c -> c.cpus = 2.0).processors);
            assertEquals("processors 2", calls().getLast());
        }
    }

    private String refused(String id, Consumer<ContainerChange> how) {
        return assertThrows(HyprException.class, () -> update(id, how)).getMessage();
    }

    @Test
    void whatContradictsWhatIsThereIsRefusedAsDockerDoes() {
        String id = containers.create(Fakes.spec("sleep")).id;
        update(id, c -> {
            c.cpuQuota = 25_000L;
            c.cpuPeriod = 50_000L;
            c.cpuShares = 512;
            c.cpuSet = "0";
            c.memory = 100 * MIB;
            c.memorySwap = 200 * MIB;
            c.memoryReservation = 32 * MIB;
        });
        String cannot = "Cannot update container " + id + ": ";
        assertEquals(cannot + "Conflicting options: Nano CPUs cannot be updated as CPU Period has already been set", refused(id, c -> c.cpus = 0.5));
        assertEquals(cannot + "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time",
                refused(id, c -> c.memory = 201 * MIB));
        assertEquals("Minimum memoryswap limit should be larger than memory limit, see usage", refused(id, c -> c.memorySwap = 50 * MIB));
        containers.start(id);
        assertEquals(new VmPlan.Limits(0.5, 512, "0", 32 * MIB), Fakes.backend(engine).plans.getLast().jail().limits());
        for (Consumer<ContainerChange> change : List.<Consumer<ContainerChange>>of(c -> c.cpuShares = 256, c -> c.cpuSet = "", c -> c.memoryReservation = 0L)) {
            assertEquals(ErrorCode.UNSUPPORTED, assertThrows(HyprException.class, () -> update(id, change)).code());
        }
        assertEquals(-1, update(id, c -> c.memorySwap = -1L).spec.memorySwap);
    }

    @Test
    void whatCannotBeChangedIsRefusedAndStaysAsItIs() {
        String id = containers.create(Fakes.spec("sleep")).id;
        containers.start(id);
        Fakes.backend(engine).balloons = false;
        ContainerInfo before = containers.inspect(id);
        List<Consumer<ContainerChange>> bad = List.of(c -> c.memory = before.memory / 2, c -> c.memory = 1L, c -> c.cpus = 0.5, c -> c.cpus = 10_000.0,
            c -> c.restartPolicy = "sometimes", c -> c.pidsLimit = -2L);
        for (Consumer<ContainerChange> wrong : bad) {
            assertThrows(HyprException.class, () -> update(id, wrong));
        }
        ContainerInfo after = containers.inspect(id);
        assertEquals(before.memory, after.memory);
        assertEquals(before.spec.memory, after.spec.memory);
        assertEquals(before.spec.cpus, after.spec.cpus);
        assertEquals("no", after.spec.restartPolicy);
        assertEquals(List.of(), calls());
        ContainerSpec removed = Fakes.spec("true");
        removed.autoRemove = true;
        String other = containers.create(removed).id;
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> update(other, c -> c.restartPolicy = "always")).code());
    }
}
