package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * What a disk begins with. Newer versions are told that all disks are raw; older ones do not know that word and look for themselves, and a guest may have
 * written what makes its disk an image that names other files of the host.
 */
final class DiskFormat {

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final List<byte[]> OTHERS = List.of(new byte[] { 'Q', 'F', 'I', (byte) 0xfb }, "vhdxfile".getBytes(StandardCharsets.US_ASCII));
    private static final int LONGEST = 8;

    private DiskFormat() {
    }

    /**
     * Refuses disks that a version would not take for raw ones.
     *
     * @param version of Cloud Hypervisor
     * @param disks it is to open; those that are missing are left to it
     * @throws HyprException {@code UNSUPPORTED}
     */
    static void refuseOthers(String version, List<VmPlan.Disk> disks) {
        if (isTold(version)) {
            return;
        }
        for (VmPlan.Disk disk : disks) {
            if (isOther(disk)) {
                throw new HyprException(ErrorCode.UNSUPPORTED, "The disk " + disk.file() + " begins as a disk image of another format does, and "
                        + "Cloud Hypervisor " + version + " would open it as one, with the files of the host that it may name.")
                        .remedy("Install Cloud Hypervisor 50.1 or newer, which takes it as it is.");
            }
        }
    }

    /** Since 50.1. */
    private static boolean isTold(String version) {
        Matcher numbers = VERSION.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major > 50 || major == 50 && Integer.parseInt(numbers.group(2)) >= 1;
    }

    private static boolean isOther(VmPlan.Disk disk) {
        try (InputStream file = Files.newInputStream(disk.file())) {
            byte[] begin = file.readNBytes(LONGEST);
            return OTHERS.stream().anyMatch(magic -> begin.length >= magic.length && Arrays.equals(begin, 0, magic.length, magic, 0, magic.length));
        } catch (IOException e) {
            return false; // Cloud Hypervisor cannot open it either, and says so.
        }
    }
}
