package io.hypr.gpu.vfio.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import io.hypr.model.Availability;

/** Finds out whether this host can pass PCI devices through, without changing it. */
final class VfioProbe {

    private final HostTree host;
    private final PciBus bus;

    VfioProbe(HostTree host, PciBus bus) {
        this.host = host;
        this.bus = bus;
    }

    /** @return what {@code DeviceDriver.probe} answers */
    Availability probe() {
        if (!Files.isDirectory(host.path("sys/kernel"))) {
            return Availability.unknown("There is no sysfs at /sys, which would show the devices of this host.");
        }
        if (!bus.exists()) {
            return Availability.unsupported("This host has no PCI bus.", "");
        }
        if (host.list(host.path("sys/kernel/iommu_groups")).isEmpty()) {
            return withoutIommu();
        }
        if (!bus.hasDriver(PciFunction.VFIO) && !isLoadable()) {
            return withoutModule();
        }
        if (!host.isPrivileged()) {
            return Availability.unsupported("Only root may take devices away from the host's drivers, and hyprd does not run as root.", "Run hyprd as root.");
        }
        return Availability.available();
    }

    private Availability withoutIommu() {
        boolean intel = Files.exists(host.path("sys/firmware/acpi/tables/DMAR"));
        boolean amd = Files.exists(host.path("sys/firmware/acpi/tables/IVRS"));
        List<String> command = List.of(host.read(host.path("proc/cmdline")).split("\\s+"));
        List<String> off = command.stream().filter(w -> w.matches("(intel_iommu|amd_iommu|iommu)=(.*,)?off(,.*)?")).toList();
        if (!off.isEmpty()) {
            return Availability.unsupported("The IOMMU is switched off by the kernel argument " + off.getFirst() + ".",
                    "Take that away from the boot loader's kernel arguments" + (intel ? ", give intel_iommu=on iommu=pt," : "") + " and restart the host.");
        }
        if (intel) {
            return Availability.unsupported("The firmware offers an Intel IOMMU, and the kernel does not use it.",
                    "Add intel_iommu=on iommu=pt to the kernel arguments (on Debian: GRUB_CMDLINE_LINUX in /etc/default/grub, then "
                    + "update-grub) and restart the host.");
        }
        if (amd) {
            return Availability.unsupported("The firmware offers an AMD IOMMU, and the kernel does not use it.",
                    "Use a kernel with CONFIG_AMD_IOMMU, and see what dmesg says of AMD-Vi; amd_iommu needs no kernel argument to be on.");
        }
        return Availability.unsupported("The firmware shows no IOMMU, so nothing would keep a device away from the memory of others.",
                "Switch on VT-d (Intel) or AMD-Vi/IOMMU (AMD) in the firmware's settings and, on Intel, boot with intel_iommu=on; a virtual "
                + "machine needs a virtual IOMMU.");
    }

    private Availability withoutModule() {
        return Availability.unsupported("The kernel " + host.release() + " has no driver vfio-pci, and no module of it is installed.",
                "Install the kernel's full set of modules (Debian: linux-image-amd64 instead of the cloud kernel), or build one with "
                + "CONFIG_VFIO_PCI; 'modprobe vfio-pci' shows whether it works.");
    }

    /** Whether modprobe will find the driver: the lists of a kernel's modules say so. */
    private boolean isLoadable() {
        if (host.read(host.path("proc/sys/kernel/modules_disabled")).equals("1")) {
            return false;
        }
        for (String list : List.of("modules.dep", "modules.builtin")) {
            for (String place : List.of("lib/modules", "usr/lib/modules")) {
                Path file = host.path(place).resolve(host.release()).resolve(list);
                try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
                    if (lines.anyMatch(l -> l.contains("/vfio-pci.ko"))) {
                        return true;
                    }
                } catch (IOException e) {
                    continue; // That list is elsewhere, or there is none.
                }
            }
        }
        return false;
    }
}
