package io.hypr.gpu.vfio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What shows that the host needs a function. */
class HostUseTest {

    private static final String NVME = "sys/devices/pci0000:02/0000:02:00.0/nvme/nvme0";

    @TempDir
    Path root;
    private FakeHost host;

    @BeforeEach
    void prepare() {
        host = Hosts.workstation(root);
    }

    private String why(String address) {
        PciFunction f = new PciBus(host).function(PciAddress.parse(address)).orElseThrow();
        Optional<String> why = new HostUse(host).of(f);
        return why.orElse("");
    }

    private void mount(String number, String source, String at) {
        host.text("proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n30 1 " + number + " / " + at + " rw,relatime shared:1 - ext4 " + source + " rw");
    }

    @Test
    void theScreen() {
        assertEquals("it is the host's screen (boot VGA, driver i915)", why("00:02.0"));
    }

    @Test
    void theFirmwaresFrameBuffer() {
        String vga = host.device("0000:08:00.0", "1234:1111", 0x030000, "", "8");
        host.text(vga + "/boot_vga", "1");
        assertEquals("", why("08:00.0"));
        host.directory("sys/devices/platform/efi-framebuffer.0/graphics/fb0");
        host.link("sys/class/graphics/fb0", "sys/devices/platform/efi-framebuffer.0/graphics/fb0");
        assertEquals("the host's console is drawn on it by the firmware's frame buffer", why("08:00.0"));
    }

    @Test
    void aDiskThatNobodyMounted() {
        mount("8:1", "/dev/sda1", "/");
        assertEquals("", why("02:00.0"));
    }

    @Test
    void aMountedPartition() {
        mount("259:2", "/dev/nvme0n1p2", "/");
        assertEquals("its disk nvme0n1p2 is mounted at /", why("02:00.0"));
    }

    @Test
    void aMountWithANumberOfItsOwn() {
        mount("0:33", "/dev/nvme0n1p2", "/home");
        assertEquals("its disk nvme0n1p2 is mounted at /home", why("02:00.0"));
    }

    @Test
    void aVolumeOverAPartition() {
        host.text("sys/devices/virtual/block/dm-0/dev", "253:0");
        host.link("sys/class/block/dm-0", "sys/devices/virtual/block/dm-0");
        host.link(NVME + "/nvme0n1/nvme0n1p2/holders/dm-0", "sys/devices/virtual/block/dm-0");
        assertEquals("its disk nvme0n1p2 is a part of dm-0", why("02:00.0"));
        mount("253:0", "/dev/mapper/vg-root", "/");
        assertEquals("its disk dm-0 is mounted at /", why("02:00.0"));
    }

    @Test
    void swapSpace() {
        host.text("proc/swaps", "Filename Type Size Used Priority\n/dev/nvme0n1p2 partition 1000 0 -2");
        assertEquals("its disk nvme0n1p2 is used as swap space", why("02:00.0"));
    }

    @Test
    void aDiskOfNvmeMultipath() {
        host.text(NVME + "/nvme3c0n1/dev", "259:7");
        host.link("sys/class/block/nvme3c0n1", NVME + "/nvme3c0n1");
        host.text("sys/devices/virtual/nvme-subsystem/nvme-subsys3/nvme3n1/dev", "259:8");
        host.link("sys/class/block/nvme3n1", "sys/devices/virtual/nvme-subsystem/nvme-subsys3/nvme3n1");
        mount("259:8", "/dev/nvme3n1", "/srv");
        assertEquals("its disk nvme3n1 is mounted at /srv", why("02:00.0"));
    }

    @Test
    void theDefaultRoute() {
        assertEquals("", why("03:00.0"));
        host.text("proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
                + "enp3s0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\nenp3s0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0");
        assertEquals("the host's default route leads over its interface enp3s0", why("03:00.0"));
        assertEquals("", why("05:00.0"));
    }

    @Test
    void theDefaultRouteOfIpv6() {
        String zero = "0".repeat(32);
        host.text("proc/net/ipv6_route", zero + " 00 " + zero + " 00 " + zero + " ffffffff 00000001 00000000 00200200       lo\n"
                + zero + " 00 " + zero + " 00 fe800000000000000000000000000001 00000400 00000003 00000000 00450003   enp5s0");
        assertEquals("the host's default route leads over its interface enp5s0", why("05:00.0"));
        assertEquals("", why("03:00.0"));
    }

    @Test
    void theDefaultRouteOverABridgeOfABond() {
        host.text("proc/net/route", "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\nbr0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0");
        host.link("sys/class/net/enp5s0/upper_bond0", "sys/devices/virtual/net/bond0");
        host.link("sys/class/net/bond0", "sys/devices/virtual/net/bond0");
        host.link("sys/devices/virtual/net/bond0/upper_br0", "sys/devices/virtual/net/br0");
        host.link("sys/devices/virtual/net/bond0/lower_enp5s0", "sys/class/net/enp5s0");
        assertEquals("the host's default route leads over its interface enp5s0 (below br0)", why("05:00.0"));
    }

    @Test
    void programsWithItsDeviceFilesOpen() {
        host.text("sys/devices/pci0000:01/0000:01:00.0/drm/card1/uevent", "MAJOR=226\nMINOR=1\nDEVNAME=dri/card1");
        host.link("sys/dev/char/226:1", "sys/devices/pci0000:01/0000:01:00.0/drm/card1");
        assertEquals("", why("01:00.0"));
        host.process(812, "Xorg", "/dev/dri/card1");
        assertEquals("/dev/dri/card1 is open in process 812 (Xorg)", why("01:00.0"));
    }

    @Test
    void programsOnAnNvidiaCard() {
        host.text("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t Some card\nDevice Minor: \t 3");
        host.process(900, "nvidia-persiste", "/dev/nvidia0");
        assertEquals("", why("01:00.0"));
        host.process(901, "python3", "/dev/nvidia3");
        assertEquals("/dev/nvidia3 is open in process 901 (python3)", why("01:00.0"));
    }

    @Test
    void virtualFunctions() {
        host.text("sys/devices/pci0000:03/0000:03:00.0/sriov_numvfs", "4");
        assertEquals("it has made 4 virtual functions, which would vanish", why("03:00.0"));
    }
}
