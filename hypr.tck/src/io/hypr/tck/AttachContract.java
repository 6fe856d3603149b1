package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** Another instance takes a microVM over, as after the end of the engine. */
abstract class AttachContract extends Part {

    AttachContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void anotherInstanceTakesOver() throws Exception {
        VmSession first = launch(fixture().plan());
        byte[] boot;
        try (Guest guest = Guest.hello(first, true)) {
            boot = guest.bootId();
        }
        first.close();
        VmSession second = attach(first.record());
        assertEquals(VmState.RUNNING, second.state());
        assertEquals(first.record(), second.record());
        try (Guest guest = Guest.hello(second, false)) {
            assertArrayEquals(boot, guest.bootId());
        }
        second.kill();
        assertEquals(VmState.ENDED, second.state());
    }

    @Test
    void attachingToWhatHasEndedSaysSo() throws Exception {
        VmSession vm = launch(fixture().plan());
        vm.kill();
        VmSession late = attach(vm.record());
        assertEquals(VmState.ENDED, late.state());
        assertTrue(late.awaitExit(null));
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, late::link).code());
    }
}
