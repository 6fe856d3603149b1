package io.hypr.krun;

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
 * The run directory of one microVM. It stays the daemon's own, with the pid file in it, since what is in the pid file gets killed: the VMM, which its guest
 * may have taken over, can only write to what it is given there.
 *
 * @param path of the directory
 */
public record RunDirectory(Path path) {

    /** @return file with the pid and the start time of the VMM process */
    public Path pidFile() {
        return path.resolve("pid");
    }

    /**
     * Lets the jail's user reach what is in it by name.
     *
     * @param uid of the VMM
     * @throws IOException if it cannot be done
     */
    public void open(int uid) throws IOException {
        if (!uid(path).equals(uid)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        }
    }

    /**
     * Makes a file the jail's.
     *
     * @param file to give
     * @param uid of the VMM
     * @param gid of the VMM
     * @throws IOException if it cannot be done
     */
    public static void give(Path file, int uid, int gid) throws IOException {
        if (!uid(file).equals(uid)) {
            Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static Object uid(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /** Removes all that is in the directory. Idempotent. */
    public void clear() {
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
