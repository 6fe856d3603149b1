package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * The files by which QEMU's user reaches devices that are passed through. They are the user's while the microVM lives, and root's again after that.
 *
 * @param files such as {@code /dev/vfio/12}
 */
record VfioGroups(List<String> files) {

    private static final String KIND = "vfio-pci";
    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");
    private static final String REMEDY =
            "Devices are bound to the driver vfio-pci by HYPR's device driver: ask for the device by --gpu or --device pci:ADDRESS.";

    /**
     * Finds the files of a plan's devices.
     *
     * @param devices of the plan
     * @return their groups, each once
     * @throws HyprException {@code UNSUPPORTED} for another kind, {@code INVALID} for an address that is none, {@code NOT_FOUND} if there is no such device,
     *         {@code CONFLICT} if another driver has it
     */
    static VfioGroups of(List<VmPlan.PassThrough> devices) {
        TreeSet<String> files = new TreeSet<>();
        for (VmPlan.PassThrough device : devices) {
            String address = device.address();
            if (!device.kind().equals(KIND)) {
                throw new HyprException(ErrorCode.UNSUPPORTED,
                        "The QEMU backend cannot pass devices of the kind " + device.kind() + " through: it knows " + KIND + ".");
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
            files.add("/dev/vfio/" + link(node.resolve("iommu_group")));
        }
        return new VfioGroups(List.copyOf(files));
    }

    private static String link(Path link) {
        try {
            return Files.readSymbolicLink(link).getFileName().toString();
        } catch (IOException e) {
            return ""; // There is none, and that is what it says.
        }
    }

    /**
     * Makes the files the jail's.
     *
     * @param uid of QEMU
     * @param gid of QEMU
     * @throws IOException if it cannot be done
     */
    void give(int uid, int gid) throws IOException {
        for (String file : files) {
            RunDirectory.give(Path.of(file), uid, gid);
        }
    }

    /** Makes the files root's again, those that are still there. Idempotent. */
    void takeBack() {
        try {
            for (String file : files) {
                if (Files.exists(Path.of(file))) {
                    RunDirectory.give(Path.of(file), 0, 0);
                }
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The devices " + String.join(", ", files) + " cannot be given back to root.", e);
        }
    }
}
