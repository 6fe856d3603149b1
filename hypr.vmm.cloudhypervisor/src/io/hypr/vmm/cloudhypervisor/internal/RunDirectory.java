package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What lies in the run directory of one microVM. The directory stays the daemon's own, with the pid file and the socket of the API in it: what is in the
 * pid file gets killed, and who has the API has the microVM. Cloud Hypervisor, which may have been taken over by its guest, can write only below {@code s}.
 *
 * @param path of the directory
 */
record RunDirectory(Path path) {

    /** Relative to the run directory, which is Cloud Hypervisor's working directory: names stay short, and the way to it need not be open to its user. */
    static final String SOCKETS = "s";
    static final String VSOCK = "s/vsock";
    /** The kernel, by a link that is gone once the guest has booted. */
    static final String KERNEL = "s/vmlinux";
    static final String EVENTS = "s/events";
    /** Where Cloud Hypervisor puts its state when it is saved. */
    static final String SAVED = "s/saved";
    /** Where it finds the state from which it goes on. */
    static final String RESTORED = "s/restored";
    /** Where the guest's connections to port 1024 of the host arrive. */
    private static final String LINK = "s/vsock_1024";

    /** @return file with the pid and the start time of the VMM process */
    Path pidFile() {
        return path.resolve("pid");
    }

    /** @return socket of the API */
    Path api() {
        return path.resolve("api");
    }

    /** @return where Cloud Hypervisor makes its sockets */
    Path sockets() {
        return path.resolve(SOCKETS);
    }

    /** @return socket on which the daemon waits for the guest */
    Path link() {
        return path.resolve(LINK);
    }

    /** @return socket on which the holder of the link listens for its successor */
    Path holder() {
        return path.resolve("holder");
    }

    /** @return the way to the kernel */
    Path kernel() {
        return path.resolve(KERNEL);
    }

    /** @return the guest's memory, if it can be saved */
    Path memory() {
        return path.resolve("memory");
    }

    /** @return where Cloud Hypervisor puts its state when it is saved */
    Path saved() {
        return path.resolve(SAVED);
    }

    /** @return where it finds the state from which it goes on */
    Path restored() {
        return path.resolve(RESTORED);
    }

    /** @return what Cloud Hypervisor reports of itself, JSON objects in a row */
    Path events() {
        return path.resolve(EVENTS);
    }

    /**
     * Lets the jail's user in.
     *
     * @param uid of Cloud Hypervisor
     * @param gid of Cloud Hypervisor
     * @throws IOException if it cannot be done
     */
    void open(int uid, int gid) throws IOException {
        if (!owner(path).equals(uid)) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
        }
        Files.createDirectory(sockets(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        give(sockets(), uid, gid);
    }

    /**
     * Makes a file the jail's.
     *
     * @param file to give
     * @param uid of Cloud Hypervisor
     * @param gid of Cloud Hypervisor
     * @throws IOException if it cannot be done
     */
    static void give(Path file, int uid, int gid) throws IOException {
        if (!owner(file).equals(uid)) {
            Files.setAttribute(file, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Makes a file the user's who has the sockets. */
    void give(Path file) throws IOException {
        give(file, (Integer) owner(sockets()), (Integer) Files.getAttribute(sockets(), "unix:gid", LinkOption.NOFOLLOW_LINKS));
    }

    private static Object owner(Path file) throws IOException {
        return Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Makes the file that is the guest's memory, full of holes.
     *
     * @param bytes of memory
     * @throws IOException if it cannot be done
     */
    void makeMemory(long bytes) throws IOException {
        Files.createFile(memory(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (RandomAccessFile file = new RandomAccessFile(memory().toFile(), "rw")) {
            file.setLength(bytes);
        }
        give(memory());
    }

    /** Takes the way to the kernel away, so that a guest that resets itself ends. Idempotent. */
    void removeKernel() {
        try {
            Files.deleteIfExists(kernel());
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The link " + kernel() + " cannot be removed.", e);
        }
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
