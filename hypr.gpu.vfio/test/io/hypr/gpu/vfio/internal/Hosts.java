package io.hypr.gpu.vfio.internal;

import java.nio.file.Path;

/** Hosts that tests use. */
public final class Hosts {

    private Hosts() {
    }

    /**
     * A workstation: screen on the processor's graphics, a card with audio, USB and USB-C control in one group with its bridge, a disk with
     * the system, a network card with the default route, another one, and two devices that share a group.
     *
     * @param root an empty directory
     * @return the host
     */
    public static FakeHost workstation(Path root) {
        FakeHost host = new FakeHost(root);
        host.device("0000:00:00.0", "8086:29c0", 0x060000, "", "0");
        String screen = host.device("0000:00:02.0", "8086:4680", 0x030000, "i915", "1");
        host.text(screen + "/boot_vga", "1");
        host.device("0000:00:01.0", "8086:460d", 0x060400, "pcieport", "2");
        String card = host.device("0000:01:00.0", "10de:2684", 0x030000, "nvidia", "2");
        host.text(card + "/boot_vga", "0");
        host.device("0000:01:00.1", "10de:22ba", 0x040300, "snd_hda_intel", "2");
        host.device("0000:01:00.2", "10de:1ad8", 0x0c0330, "xhci_hcd", "2");
        host.device("0000:01:00.3", "10de:1ad9", 0x0c8000, "", "2");
        String nvme = host.device("0000:02:00.0", "144d:a80c", 0x010802, "nvme", "3");
        host.text(nvme + "/nvme/nvme0/nvme0n1/dev", "259:0");
        host.text(nvme + "/nvme/nvme0/nvme0n1/nvme0n1p2/dev", "259:2");
        host.text(nvme + "/nvme/nvme0/nvme0n1/nvme0n1p2/partition", "2");
        host.link("sys/class/block/nvme0n1", nvme + "/nvme/nvme0/nvme0n1");
        host.link("sys/class/block/nvme0n1p2", nvme + "/nvme/nvme0/nvme0n1/nvme0n1p2");
        String ethernet = host.device("0000:03:00.0", "8086:15f3", 0x020000, "igc", "4");
        host.directory(ethernet + "/net/enp3s0");
        host.link("sys/class/net/enp3s0", ethernet + "/net/enp3s0");
        host.device("0000:04:01.0", "1234:11e8", 0x00ff00, "", "5");
        host.device("0000:04:02.0", "1af4:1044", 0x00ff00, "virtio-pci", "5");
        String spare = host.device("0000:05:00.0", "1af4:1041", 0x020000, "virtio-pci", "6");
        host.directory(spare + "/virtio3/net/enp5s0");
        host.link("sys/class/net/enp5s0", spare + "/virtio3/net/enp5s0");
        return host;
    }
}
