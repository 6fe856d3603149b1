package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.hypr.vmm.Limitable;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** The facet {@code limitable}. */
abstract class LimitableContract extends Part {

    private static final String ALLOWED = "Cpus_allowed_list:";

    LimitableContract(VmmBackendContract contract) {
        super(contract, "limitable");
    }

    @Test
    void theHostHoldsTheVmmToOtherLimitsWhileTheGuestRuns() throws Exception {
        assumeTrue(Fixture.hasControlGroups(), "this host has no control groups mounted");
        VmSession vm = launch(fixture().plan());
        vm.facet(Limitable.class).orElseThrow().limits(new VmPlan.Limits(0.5, 512, "0", 32L << 20));
        assertEquals("50000", fixture().limit("cpu.max", "cpu.cfs_quota_us"));
        assertEquals(fixture().limit("cgroup.controllers").isEmpty() ? "512" : "50", fixture().limit("cpu.weight", "cpu.shares"));
        assertEquals(Long.toString(32L << 20), fixture().limit("memory.low", "memory.soft_limit_in_bytes"));
        assertEquals(Set.of("0"), processors(vm));
        Guest.hello(vm, true).close();
    }

    @Test
    void aSuccessorTakesAllLimitsAway() throws Exception {
        assumeTrue(Fixture.hasControlGroups(), "this host has no control groups mounted");
        VmSession vm = launch(fixture().plan());
        vm.facet(Limitable.class).orElseThrow().limits(new VmPlan.Limits(0.5, 2, "0", 32L << 20));
        VmSession again = contract().keep(contract().successor().attach(vm.record()));
        again.facet(Limitable.class).orElseThrow().limits(VmPlan.Limits.NONE);
        assertEquals(fixture().limit("cgroup.controllers").isEmpty() ? "-1" : "max", fixture().limit("cpu.max", "cpu.cfs_quota_us"));
        assertEquals(fixture().limit("cgroup.controllers").isEmpty() ? "1024" : "100", fixture().limit("cpu.weight", "cpu.shares"));
        assertEquals(fixture().limit("cgroup.controllers").isEmpty() ? "9223372036854771712" : "0",
            fixture().limit("memory.low", "memory.soft_limit_in_bytes"), "no reservation");
        assertEquals(Set.of(allowed(Path.of("/proc/self/status"))), processors(again));
    }

    /** Those on which its threads may run. */
    private static Set<String> processors(VmSession vm) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + vm.pid() + "/task"))) {
            for (Path thread : threads.toList()) {
                if (Files.exists(thread)) {
                    found.add(allowed(thread.resolve("status")));
                }
            }
        }
        return found;
    }

    private static String allowed(Path status) throws IOException {
        return Files.readAllLines(status).stream().filter(l -> l.startsWith(ALLOWED)).findFirst().orElseThrow().substring(ALLOWED.length()).strip();
    }
}
