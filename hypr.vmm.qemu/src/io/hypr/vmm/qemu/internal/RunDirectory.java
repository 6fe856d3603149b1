package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What lies in the run directory of one microVM. The directory stays the daemon's own, with the pid file in it, since what is in the
 * pid file gets killed; QEMU, which may have been taken over by its guest, can write only below {@code s}.
 *
 * @param path of the directory
 */
record RunDirectory(Path path) {

    /** Sockets relative to the run directory, which is QEMU's working directory: their names stay short, and the way to it need not be open to QEMU. */
    static final String STARTED = "started";
    static final String SAVED = "saved";
    static final String MONITOR = "s/qmp";
    static final String LINK = "s/link";

    /** @return socket on which the holder of the link listens for its successor */
    Path holder() {
        return path.resolve("holder");
    }

    /** @return file with the pid and the start time of the VMM process */
    Path pidFile() {
        return path.resolve("pid");
    }

    /** @return where QEMU makes its sockets */
    Path sockets() {
        return path.resolve("s");
    }

    /** @return socket of the monitor */
    Path monitor() {
        return path.resolve(MONITOR);
    }

    /** @return socket of the link */
    Path link() {
        return path.resolve(LINK);
    }

    /** @return socket on which the daemon listens until QEMU has started */
    Path started() {
        return path.resolve(STARTED);
    }

    /** @return socket on which the daemon listens while QEMU sends its state */
    Path saved() {
        return path.resolve(SAVED);
    }

    /**
     * Lets the jail's user in.
     *
     * @param uid of QEMU
     * @param gid of QEMU
     * @throws IOException if it cannot be done
     */
    void open(int uid, int gid) throws IOException {
        if (!uid(path).equals(uid)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        }
        Files.createDirectory(sockets(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        give(sockets(), uid, gid);
    }

    /**
     * Makes a file the jail's.
     *
     * @param file to give
     * @param uid of QEMU
     * @param gid of QEMU
     * @throws IOException if it cannot be done
     */
    static void give(Path file, int uid, int gid) throws IOException {
        if (!uid(file).equals(uid)) {
            Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static Object uid(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes all that is in the directory. Idempotent. */
    void clear() {
        try {
            empty(path);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The run directory " + path + " cannot be emptied.", e);
        }
    }

    private static void empty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    empty(entry);
                }
                Files.deleteIfExists(entry);
            }
        } catch (NoSuchFileException e) {
            return; // It was removed, which is as good as empty.
        }
    }
}
