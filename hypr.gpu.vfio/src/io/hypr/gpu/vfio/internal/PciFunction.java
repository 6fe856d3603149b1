package io.hypr.gpu.vfio.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * A PCI function as it was measured.
 *
 * @param address where it is
 * @param directory in sysfs, without symbolic links: all that its driver has made lies below
 * @param vendor four hexadecimal digits
 * @param device four hexadecimal digits
 * @param classCode base class, subclass and interface, 24 bits
 * @param driver that has it; empty if none
 * @param override the only driver that may have it; empty if any may
 * @param group number of its IOMMU group; empty if it has none
 * @param bootVga whether the firmware's screen was on it
 * @param virtualFunctions how many virtual functions it has made (SR-IOV)
 * @param resets ways to reset it that the kernel has, the preferred first
 */
record PciFunction(PciAddress address, Path directory, String vendor, String device, int classCode, String driver, String override,
        String group, boolean bootVga,
        int virtualFunctions, List<String> resets) {

    /** Our driver. */
    static final String VFIO = "vfio-pci";

    /** Drivers that leave a function alone, or that the kernel lets live beside VFIO since they do no DMA of their own. */
    private static final Set<String> HARMLESS = Set.of("", VFIO, "pci-stub", "pcieport");

    /** Subclasses that graphics cards bring along: HD audio, USB controller, UCSI (the control of USB-C ports). */
    private static final Set<Integer> COMPANIONS = Set.of(0x0401, 0x0403, 0x0c03, 0x0c80);

    /** @return vendor and device, {@code 1af4:1041} */
    String ids() {
        return vendor + ":" + device;
    }

    boolean isBridge() {
        return classCode >> 16 == 0x06;
    }

    boolean isDisplay() {
        return classCode >> 16 == 0x03;
    }

    /** @return whether a microVM can have it while this one's group mate is with VFIO */
    boolean isHarmless() {
        return HARMLESS.contains(driver);
    }

    /** @return whether no driver of the host has it */
    boolean isIdle() {
        return driver.isEmpty() || driver.equals(VFIO) || driver.equals("pci-stub");
    }

    boolean isVfio() {
        return driver.equals(VFIO);
    }

    /** @return whether it is a part of a graphics card that goes where the card goes */
    boolean goesWith(PciFunction card) {
        return card.isDisplay() && !equals(card) && address.isSameSlot(card.address) && COMPANIONS.contains(classCode >> 8);
    }
}
