package io.hypr.krun;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmLog;

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

    /** @return directory at which a VMM with a root directory of its own has that; empty for everybody else */
    public Path root() {
        return path.resolve("root");
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
        VmmDirectory.give(own(), uid, gid);
    }

    /**
     * Keeps where in the log this start begins.
     *
     * @param log of the microVM
     * @throws IOException if it cannot be kept
     */
    public void logs(Path log) throws IOException {
        new VmmDirectory(path).logged(new VmmLog(log).begin());
    }

    /**
     * Tells why the guest's kernel panicked, as {@link VmmDirectory#panic}.
     *
     * @param log of the microVM
     * @return a sentence; empty if nothing is known
     */
    public String panic(Path log) {
        return new VmmDirectory(path).panic(log);
    }

    /** Removes all that is in the directory. Idempotent. */
    public void clear() {
        new VmmDirectory(path).clear();
    }
}
