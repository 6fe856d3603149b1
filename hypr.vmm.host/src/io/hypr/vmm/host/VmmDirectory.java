package io.hypr.vmm.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.BiFunction;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The run directory of one microVM, which is also its VMM's working directory. It stays the daemon's own, with the pid file in it, since what is
 * in the pid file gets killed; the VMM, which may have been taken over by its guest, can write only below {@value #OWN}. Names below it are given
 * to the VMM as they are: they stay short, and the way to the directory need not be open to the VMM's user.
 *
 * @param path of the directory
 */
public record VmmDirectory(Path path) {

    /** Where the VMM can write. */
    public static final String OWN = "s";
    private static final String LOGGED = "logged";

    /**
     * @param name relative to the directory
     * @return the file of that name
     */
    public Path file(String name) {
        return path.resolve(name);
    }

    /** @return file with the pid and the start time of the VMM */
    public Path pidFile() {
        return file("pid");
    }

    /** @return socket on which the holder of the link listens for its successor, see {@link LinkHold} */
    public Path holder() {
        return file("holder");
    }

    /**
     * Keeps where in the log this start begins, so that words of an earlier one are not taken for its.
     *
     * @param logged what {@link VmmLog#begin} returned
     * @throws IOException if it cannot be kept
     */
    public void logged(long logged) throws IOException {
        Files.writeString(file(LOGGED), Long.toString(logged));
    }

    /**
     * Tells why the guest's kernel panicked, as {@link VmmLog#panic}, in this start.
     *
     * @param log of the microVM
     * @return a sentence; empty if it has not said that it did, or if the host was restarted since
     */
    public String panic(Path log) {
        return said(log, VmmLog::panic);
    }

    /**
     * Tells what the VMM or its guest said last, as {@link VmmLog#lastWords}, in this start.
     *
     * @param log of the microVM
     * @return a sentence; empty if nothing was said, or if the host was restarted since
     */
    public String lastWords(Path log) {
        return said(log, VmmLog::lastWords);
    }

    private String said(Path log, BiFunction<VmmLog, Long, String> what) {
        try {
            return what.apply(new VmmLog(log), Long.parseLong(Files.readString(file(LOGGED))));
        } catch (IOException | NumberFormatException e) {
            return ""; // What is in the log may be an earlier start's.
        }
    }

    /** @return the directory that is the VMM's */
    public Path own() {
        return file(OWN);
    }

    /**
     * Makes the VMM's own directory and lets its user in.
     *
     * @param uid of the VMM
     * @param gid of the VMM
     * @throws IOException if it cannot be done
     */
    public void open(int uid, int gid) throws IOException {
        if (!owner(path).equals(uid)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        }
        Files.createDirectory(own(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        give(own(), uid, gid);
    }

    /**
     * Makes a file a user's.
     *
     * @param file to give; of a symbolic link the link itself
     * @param uid of the user
     * @param gid of the user
     * @throws IOException if it cannot be done
     */
    public static void give(Path file, int uid, int gid) throws IOException {
        if (!owner(file).equals(uid)) {
            Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /**
     * Makes a file the VMM's, whose own directory is there.
     *
     * @param file to give
     * @throws IOException if it cannot be done
     */
    public void give(Path file) throws IOException {
        give(file, (Integer) owner(own()), (Integer) Files.getAttribute(own(), "unix:gid", LinkOption.NOFOLLOW_LINKS));
    }

    private static Object owner(Path file) throws IOException {
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
