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

    /** @return socket to which the daemon connects for the link; the VMM is given it open, and cannot put another in its place */
    public Path link() {
        return path.resolve("link");
    }

    /** @return working directory of the VMM, the only one in which it can make a file */
    public Path own() {
        return path.resolve("s");
    }

    /**
     * Makes the VMM's working directory.
     *
     * @param uid of the VMM
     * @param gid of the VMM
     * @throws IOException if it cannot be made
     */
    public void makeOwn(int uid, int gid) throws IOException {
        Files.createDirectory(own(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        if (!Files.getAttribute(own(), "unix:uid").equals(uid)) {
            Files.setAttribute(own(), "unix:gid", gid);
            Files.setAttribute(own(), "unix:uid", uid);
        }
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
