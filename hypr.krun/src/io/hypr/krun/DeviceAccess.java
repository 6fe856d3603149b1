package io.hypr.krun;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Whether a VMM, which runs as another user than a daemon of root's, can open a device of the host.
 *
 * @param granted whether it can
 * @param group numeric group that it needs for that; -1 for none
 */
public record DeviceAccess(boolean granted, int group) {

    /**
     * @param device to examine
     * @return who may open it for reading and writing
     * @throws IOException if it cannot be examined
     */
    public static DeviceAccess of(Path device) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(device, PosixFileAttributes.class);
        Set<PosixFilePermission> mode = attributes.permissions();
        if (mode.containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE)) || !System.getProperty("user.name").equals("root")) {
            return new DeviceAccess(true, -1);
        }
        if (mode.containsAll(Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE))) {
            return new DeviceAccess(true, (Integer) Files.getAttribute(device, "unix:gid"));
        }
        return new DeviceAccess(false, -1);
    }
}
