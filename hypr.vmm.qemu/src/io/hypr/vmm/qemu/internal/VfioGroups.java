package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmDirectory;

/**
 * The files by which QEMU's user reaches devices that are passed through. They are the user's while the microVM lives, and root's again after that.
 *
 * @param files such as {@code /dev/vfio/12}
 */
record VfioGroups(List<String> files) {

    /**
     * Makes the files the jail's.
     *
     * @param uid of QEMU
     * @param gid of QEMU
     * @throws IOException if it cannot be done
     */
    void give(int uid, int gid) throws IOException {
        for (String file : files) {
            VmmDirectory.give(Path.of(file), uid, gid);
        }
    }

    /** Makes the files root's again, those that are still there. Idempotent. */
    void takeBack() {
        try {
            for (String file : files) {
                if (Files.exists(Path.of(file))) {
                    VmmDirectory.give(Path.of(file), 0, 0);
                }
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The devices " + String.join(", ", files) + " cannot be given back to root.", e);
        }
    }
}
