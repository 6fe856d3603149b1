package io.hypr.ffm.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

import io.hypr.ffm.call.ErrnoException;

class RtnetlinkTest {

    private static final String MAC = "02:12:34:56:78:9a";

    @Test
    void aNewNamespaceHasTheLoopbackDeviceOnly() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                assertEquals("lo", net.links().stream().filter(l -> l.index() == 1).findFirst().orElseThrow().name());
                assertTrue(net.link("br0").isEmpty());
            }
        });
    }

    @Test
    void aBridgeHasWhatItWasGiven() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                net.addBridge("br0", MAC);
                int index = net.link("br0").orElseThrow().index();
                assertFalse(net.link("br0").orElseThrow().up());
                net.alias(index, "owner and id");
                net.mtu(index, 1400);
                net.up(index);
                assertEquals(new Link(index, "br0", "bridge", 0, "owner and id", MAC, 1400, true, -1, false), net.link("br0").orElseThrow());
                net.delete(index);
                assertTrue(net.link("br0").isEmpty());
            }
        });
    }

    @Test
    void addressesComeWithTheirRoutesAndGo() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                net.addBridge("br0", MAC);
                int index = net.link("br0").orElseThrow().index();
                net.up(index);
                for (String[] one : new String[][] {{"10.1.2.1", "10.1.0.0", "16"}, {"fd00:1::1", "fd00:1::", "64"}}) {
                    InetAddress address = InetAddress.ofLiteral(one[0]);
                    int prefix = Integer.parseInt(one[2]);
                    LinkAddress expected = new LinkAddress(index, address, prefix);
                    Route route = new Route(index, InetAddress.ofLiteral(one[1]), prefix);
                    net.addAddress(index, address, prefix);
                    net.addAddress(index, address, prefix);
                    assertEquals(1, net.addresses().stream().filter(expected::equals).count());
                    assertTrue(net.routes().contains(route), () -> "no " + route);
                    net.removeAddress(index, address, prefix);
                    assertFalse(net.addresses().contains(expected));
                    assertEquals(ErrnoException.EADDRNOTAVAIL,
                            assertThrows(ErrnoException.class, () -> net.removeAddress(index, address, prefix)).errno());
                }
            }
        });
    }

    @Test
    void aTapStaysOnlyIfItIsKept() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                try (Tap _ = Tap.open("tap0", 4711)) {
                    assertEquals(4711, net.link("tap0").orElseThrow().owner());
                }
                assertTrue(net.link("tap0").isEmpty());
                try (Tap tap = Tap.open("tap0", 4711)) {
                    tap.keep();
                }
                try (Tap _ = Tap.open("tap0", 4712)) {
                    assertEquals(4712, net.link("tap0").orElseThrow().owner());
                }
                assertEquals(4712, net.link("tap0").orElseThrow().owner(), "it was kept before");
            }
        });
    }

    @Test
    void aTapBelongsToItsOwnerAndBecomesAPort() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                net.addBridge("br0", MAC);
                int bridge = net.link("br0").orElseThrow().index();
                Tap.create("tap0", 4711);
                Link tap = net.link("tap0").orElseThrow();
                assertEquals("tun", tap.kind());
                assertEquals(4711, tap.owner());
                assertEquals(0, tap.master());
                net.join(tap.index(), bridge, 1400);
                assertEquals(new Link(tap.index(), "tap0", "tun", bridge, "", tap.mac(), 1400, false, 4711, false), net.link("tap0").orElseThrow());
                net.openPort(tap.index(), true, true);
                assertEquals(new Link(tap.index(), "tap0", "tun", bridge, "", tap.mac(), 1400, true, 4711, true), net.link("tap0").orElseThrow());
                assertTrue(shown("tap0").contains(" hairpin on "), shown("tap0"));
                net.join(tap.index(), bridge, 1400);
                net.openPort(tap.index(), false, false);
                assertEquals(new Link(tap.index(), "tap0", "tun", bridge, "", tap.mac(), 1400, true, 4711, false), net.link("tap0").orElseThrow());
                assertTrue(shown("tap0").contains(" hairpin off "), shown("tap0"));
                Tap.create("tap0", 4712);
                assertEquals(4712, net.link("tap0").orElseThrow().owner());
                net.delete(tap.index());
                assertTrue(net.link("tap0").isEmpty());
            }
        });
    }

    /** What ip(8) says of a device in the thread's network namespace. */
    private static String shown(String link) throws IOException {
        return new String(new ProcessBuilder("ip", "-details", "link", "show", link).start().getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void aPortThatIsNoneIsNotOpened() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                Tap.create("tap0", 0);
                int tap = net.link("tap0").orElseThrow().index();
                assertThrows(ErrnoException.class, () -> net.openPort(tap, true, false));
                assertFalse(net.link("tap0").orElseThrow().up());
            }
        });
    }

    @Test
    void aRefusalNamesWhatWasAskedAndTheError() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                net.addBridge("br0", MAC);
                ErrnoException twice = assertThrows(ErrnoException.class, () -> net.addBridge("br0", MAC));
                assertEquals(ErrnoException.EEXIST, twice.errno());
                assertEquals("add bridge br0: EEXIST", twice.getMessage());
                int bridge = net.link("br0").orElseThrow().index();
                ErrnoException itself = assertThrows(ErrnoException.class, () -> net.join(bridge, bridge, 1500));
                assertTrue(itself.getMessage().contains("(Can not enslave a bridge to a bridge)"), itself.getMessage());
                assertEquals(ErrnoException.EINVAL, assertThrows(ErrnoException.class, () -> Tap.create("br0", 0)).errno());
                assertEquals(ErrnoException.ENODEV, assertThrows(ErrnoException.class, () -> net.delete(4711)).errno());
            }
        });
    }

    @Test
    void manyLinksAreListedWhole() throws Exception {
        NamespaceThread.run(() -> {
            try (Rtnetlink net = Rtnetlink.open()) {
                int before = net.links().size();
                for (int i = 0; i < 100; i++) {
                    Tap.create("many" + i, 0);
                }
                assertEquals(before + 100, net.links().size());
            }
        });
    }
}
