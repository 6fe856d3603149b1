package io.hypr.gpu.vfio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of functions. */
class PciNamesTest {

    private static final String LIST = "# made up\n\n10de  Green Corp.\n\t2684  Fast card\n\t\t1043 88f2  Fast card of another maker\n1af4  "
            + "Virtual, Inc.\n\t1041  Net\n"
            + "C 03  Display controller\n\t00  VGA compatible controller\n";

    @TempDir
    Path root;

    private String name(FakeHost host, String address) {
        List<PciFunction> all = new PciBus(host).functions();
        return PciNames.of(host, all).name(all.stream().filter(f -> f.address().toString().equals(address)).findFirst().orElseThrow());
    }

    @Test
    void byTheList() {
        FakeHost host = Hosts.workstation(root);
        host.text("usr/share/misc/pci.ids", LIST);
        assertEquals("Green Corp. Fast card", name(host, "0000:01:00.0"));
        assertEquals("Virtual, Inc. Net", name(host, "0000:05:00.0"));
        assertEquals("Green Corp. Audio device [10de:22ba]", name(host, "0000:01:00.1"), "a device that is not in the list");
        assertEquals("Ethernet controller [8086:15f3]", name(host, "0000:03:00.0"), "a vendor that is not in the list");
    }

    @Test
    void byAPackedList() throws Exception {
        FakeHost host = Hosts.workstation(root);
        host.text("usr/share/misc/pci.ids.gz", "");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(root.resolve("usr/share/misc/pci.ids.gz")))) {
            out.write(LIST.getBytes());
        }
        assertEquals("Green Corp. Fast card", name(host, "0000:01:00.0"));
    }

    @Test
    void byClassWithoutAList() {
        FakeHost host = Hosts.workstation(root);
        assertEquals("VGA controller [10de:2684]", name(host, "0000:01:00.0"));
        assertEquals("NVMe controller [144d:a80c]", name(host, "0000:02:00.0"));
    }

    @Test
    void aDamagedListIsNone() {
        FakeHost host = Hosts.workstation(root);
        host.text("usr/share/misc/pci.ids.gz", "not packed at all");
        assertEquals("VGA controller [10de:2684]", name(host, "0000:01:00.0"));
    }
}
