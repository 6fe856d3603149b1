package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import io.hypr.vmm.VmSession;

/** The one byte stream to the guest. */
abstract class LinkContract extends Part {

    LinkContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void aBrokenLinkCanBeOpenedAgain() throws Exception {
        VmSession vm = launch(fixture().plan());
        byte[] boot;
        try (Guest guest = Guest.hello(vm, true)) {
            boot = guest.bootId();
        }
        try (Guest guest = Guest.hello(vm, false)) {
            assertArrayEquals(boot, guest.bootId(), "the same boot of the guest");
        }
    }

    @Test
    void anotherSessionTakesTheLinkOverAtOnce() throws Exception {
        VmSession vm = launch(fixture().plan());
        Guest first = Guest.hello(vm, true);
        VmSession other = attach(vm.record());
        try (Guest _ = Guest.hello(other, false)) {
            assertTrue(first.isBroken(), "the first link is closed");
        }
        Guest.hello(vm, false).close();
    }

    @Test
    void openingTheLinkAgainClosesTheOther() throws Exception {
        VmSession vm = launch(fixture().plan());
        Guest first = Guest.hello(vm, true);
        try (Guest _ = Guest.hello(vm, false)) {
            assertTrue(first.isBroken(), "the first link is closed");
        }
    }
}
