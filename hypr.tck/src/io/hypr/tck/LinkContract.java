package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.ByteChannel;

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
        try (ByteChannel link = vm.link()) {
            boot = Guest.hello(link, true).bootId();
        }
        try (ByteChannel link = vm.link()) {
            assertArrayEquals(boot, Guest.hello(link, false).bootId(), "the same boot of the guest");
        }
    }

    @Test
    void anotherSessionTakesTheLinkOverAtOnce() throws Exception {
        VmSession vm = launch(fixture().plan());
        ByteChannel first = vm.link();
        Guest.hello(first, true);
        VmSession other = attach(vm.record());
        try (ByteChannel second = other.link()) {
            Guest.hello(second, false);
            assertTrue(Guest.isBroken(first), "the first link is closed");
        }
        try (ByteChannel third = vm.link()) {
            Guest.hello(third, false);
        }
    }

    @Test
    void openingTheLinkAgainClosesTheOther() throws Exception {
        VmSession vm = launch(fixture().plan());
        ByteChannel first = vm.link();
        Guest.hello(first, true);
        try (ByteChannel second = vm.link()) {
            Guest.hello(second, false);
            assertTrue(Guest.isBroken(first), "the first link is closed");
        }
    }
}
