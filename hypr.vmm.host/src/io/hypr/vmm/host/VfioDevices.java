package io.hypr.vmm.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** PCI devices that a plan passes through. Whoever claimed them has bound them to vfio-pci. */
public final class VfioDevices {

    private static final String KIND = "vfio-pci";
    private static final Path GROUPS = Path.of("/dev/vfio");
    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");
    private static final String REMEDY =
            "Devices are bound to the driver vfio-pci by HYPR's device driver: ask for the device by --gpu or --device pci:ADDRESS.";

    private VfioDevices() {
    }

    /**
     * Refuses what a VMM would only refuse in words of its own.
     *
     * @param backend that passes them through, for people
     * @param devices of a plan
     * @return the files by which a VMM reaches their groups, such as {@code /dev/vfio/12}, each once
     * @throws HyprException {@code UNSUPPORTED} for another kind, {@code INVALID} for an address that is none, {@code NOT_FOUND} if there is no such device,
     *         {@code CONFLICT} if another driver has it
     */
    public static List<String> groups(String backend, List<VmPlan.PassThrough> devices) {
        TreeSet<String> groups = new TreeSet<>();
        for (VmPlan.PassThrough device : devices) {
            String address = device.address();
            if (!device.kind().equals(KIND)) {
                throw new HyprException(ErrorCode.UNSUPPORTED,
                        "The " + backend + " backend cannot pass devices of the kind " + device.kind() + " through: it knows " + KIND + ".");
            }
            if (!address.matches("[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]")) {
                throw new HyprException(ErrorCode.INVALID, "'" + address + "' is no PCI address such as 0000:01:00.0.");
            }
            Path node = DEVICES.resolve(address);
            if (!Files.exists(node)) {
                throw new HyprException(ErrorCode.NOT_FOUND, "There is no PCI device " + address + " on this host.");
            }
            String driver = link(node.resolve("driver"));
            if (!driver.equals(KIND)) {
                throw new HyprException(ErrorCode.CONFLICT, "The PCI device " + address
                        + (driver.isEmpty() ? " has no driver." : " is bound to the driver " + driver + ".")).remedy(REMEDY);
            }
            groups.add(GROUPS + "/" + link(node.resolve("iommu_group")));
        }
        return List.copyOf(groups);
    }

    /** @return whether this host passes devices through at all */
    public static boolean isPossible() {
        return Files.isDirectory(GROUPS);
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).getFileName().toString();
        } catch (IOException e) {
            return ""; // There is none, and that is what it says.
        }
    }
}
