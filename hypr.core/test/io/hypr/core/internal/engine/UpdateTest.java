package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.function.Consumer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

@Timeout(60)
class UpdateTest extends OneEngine {

    private static final long MIB = 1L << 20;

    @BeforeEach
    void openEngine() {
        open();
    }

    private ContainerInfo update(String id, Consumer<ContainerChange> how) {
        ContainerChange change = new ContainerChange();
        how.accept(change);
        return containers.update(id, change);
    }

    private List<String> calls() {
        return backend().calls;
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
        VmPlan plan = backend().plans.getLast();
        assertEquals(102 * MIB, plan.memory());
        assertEquals(102 * MIB, plan.maxMemory());
        assertEquals(1, plan.processors());
        assertEquals(0.5, plan.jail().limits().cpus());
        assertEquals(List.of(), calls());
    }

    @Test
    void aReservationIsHeldAgainstTheLimitThatComesWithIt() {
        ContainerSpec spec = Fakes.spec("sleep");
        spec.memory = 64 * MIB;
        spec.memoryReservation = 128 * MIB;
        assertEquals("Minimum memory limit can not be less than memory reservation limit, see usage",
            assertThrows(HyprException.class, () -> containers.create(spec)).getMessage());
        spec.memoryReservation = 32 * MIB;
        String id = containers.create(spec).id;
        assertEquals(128 * MIB, update(id, c -> c.memoryReservation = 128 * MIB).spec.memoryReservation);
        assertEquals(48 * MIB, update(id, c -> c.memory = 48 * MIB).spec.memory);
        assertThrows(HyprException.class, () -> update(id, c -> {
            c.memory = 64 * MIB;
            c.memoryReservation = 65 * MIB;
        }));
        containers.start(id);
        assertEquals(128 * MIB, backend().plans.getLast().jail().limits().reservation());
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
        assertEquals(new VmPlan.Limits(0.5, 512, "0", 32 * MIB), backend().plans.getLast().jail().limits());
        ContainerSpec set = Fakes.spec("sleep");
        set.cpuSet = "0,0-0";
        containers.start(containers.create(set).id);
        assertEquals(1, backend().plans.getLast().processors());
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
        VmPlan plan = backend().plans.getLast();
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

    private String held(String id) {
        return host.vms.get(id).guest.limits.toString();
    }

    @Test
    void aMicrovmThatRunsIsHeldToOtherLimits() {
        String id = containers.create(Fakes.spec("sleep")).id;
        containers.start(id);
        assertEquals(1, update(id, c -> c.cpus = 0.5).processors);
        assertEquals("{cpu.max=50000 100000}", held(id));
        update(id, c -> {
            c.cpuShares = 512;
            c.cpuSet = "0";
            c.memoryReservation = 32 * MIB;
            c.pidsLimit = 20L;
        });
        assertEquals("{cpu.max=50000 100000, pids.max=20}", held(id));
        update(id, c -> {
            c.cpus = 1.0;
            c.cpuShares = 0;
            c.cpuSet = "";
            c.memoryReservation = 0L;
            c.pidsLimit = -1L;
        });
        assertEquals("{cpu.max=max 100000, pids.max=max}", held(id));
        assertEquals(List.of("limits 0.5 1024 '' 0", "limits 0.5 512 '0' 32", "limits 0.0 1024 '' 0"), calls());
        assertEquals(1, containers.inspect(id).processors);
    }

    @Test
    void whatAListOfProcessorsNamesGivesAMicrovmThatRunsNoMoreOfThem() {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "there is one processor");
        String id = containers.create(Fakes.spec("sleep")).id;
        containers.start(id);
        assertEquals(1, update(id, c -> c.cpuSet = "0,1").processors);
        assertEquals(List.of("limits 0.0 1024 '0,1' 0"), calls());
    }

    @Test
    void aMicrovmThatKeepsItsProcessorsIsHeldToAPartOfTheirTimeAndTheNextHasFewer() {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "there is one processor");
        backend().resizes = false;
        ContainerSpec spec = Fakes.spec("sleep");
        spec.cpus = 2;
        spec.memory = 256 * MIB;
        String id = containers.create(spec).id;
        containers.start(id);
        ContainerInfo info = update(id, c -> {
            c.cpus = 1.0;
            c.memory = 128 * MIB;
        });
        assertEquals(2, info.processors);
        assertEquals(List.of("target 128", "limits 1.0 1024 '' 0"), calls());
        assertEquals("{cpu.max=100000 100000}", held(id));
        assertEquals(2, update(id, c -> c.cpus = 2.0).processors);
        assertEquals("{cpu.max=max 100000}", held(id));
        update(id, c -> c.cpus = 1.0);
        containers.kill(id, "KILL");
        containers.start(id);
        VmPlan plan = backend().plans.getLast();
        assertEquals(List.of(1, 1, 128 * MIB, 128 * MIB), List.of(plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory()));
        assertEquals(0, plan.jail().limits().cpus());
    }

    @Test
    void whereTheHostHoldsNoVmmTheGuestAloneHoldsTheContainer() {
        backend().limits = false;
        String id = containers.create(Fakes.spec("sleep")).id;
        containers.start(id);
        update(id, c -> c.cpus = 0.25);
        assertEquals("{cpu.max=25000 100000}", held(id));
        assertEquals(ErrorCode.UNSUPPORTED, assertThrows(HyprException.class, () -> update(id, c -> c.cpuShares = 5)).code());
        assertEquals(0, containers.inspect(id).spec.cpuShares);
        assertEquals(List.of(), calls());
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
        assertEquals(new VmPlan.Limits(0.5, 512, "0", 32 * MIB), backend().plans.getLast().jail().limits());
        assertEquals(-1, update(id, c -> c.memorySwap = -1L).spec.memorySwap);
    }

    @Test
    void whatCannotBeChangedIsRefusedAndStaysAsItIs() {
        String id = containers.create(Fakes.spec("sleep")).id;
        containers.start(id);
        backend().balloons = false;
        ContainerInfo before = containers.inspect(id);
        List<Consumer<ContainerChange>> bad = List.of(c -> c.memory = before.memory / 2, c -> c.memory = 1L, c -> c.cpus = 10_000.0,
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
