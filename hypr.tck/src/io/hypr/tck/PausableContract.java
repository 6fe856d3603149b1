package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import io.hypr.vmm.Pausable;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** The facet {@code pausable}. */
abstract class PausableContract extends Part {

    PausableContract(VmmBackendContract contract) {
        super(contract, "pausable");
    }

    @Test
    void aPausedMicroVmStandsStillAndGoesOn() throws Exception {
        VmSession vm = launch(fixture().plan());
        try (Guest guest = Guest.hello(vm, true)) {
            Pausable pausable = vm.facet(Pausable.class).orElseThrow();
            pausable.pause();
            pausable.pause();
            assertEquals(VmState.PAUSED, vm.state());
            guest.sendHello();
            assertFalse(guest.answersWithin(Duration.ofMillis(300)), "a paused guest does not answer");
            pausable.resume();
            pausable.resume();
            assertEquals(VmState.RUNNING, vm.state());
            assertTrue(guest.answersWithin(VmmBackendContract.LONG), "the guest goes on");
        }
    }
}
