package io.hypr.ffm.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ConntrackTest {

    @Test
    void aNewNamespaceTracksNothing() throws Exception {
        NamespaceThread.run(() -> {
            try (Conntrack conntrack = Conntrack.open()) {
                assertTrue(conntrack.flows(17).isEmpty());
                Flow none = new Flow(null, 0, null, 0, 2, tuple());
                conntrack.forget(none);
                assertEquals(0, conntrack.flows(6).size());
            }
        });
    }

    /** 10.0.0.1:1 to 10.0.0.2:2 over UDP, as the kernel writes it on a little-endian host. */
    private static byte[] tuple() {
        return java.util.HexFormat.of().parseHex("14000180" + "08000100" + "0a000001" + "08000200" + "0a000002"
                + "1c000280" + "05000100" + "11000000" + "06000200" + "00010000" + "06000300" + "00020000");
    }
}
