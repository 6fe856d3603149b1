package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * Starts a virtiofsd for each share of a plan. It is root, since owners of files must be what the guest says, but sees nothing but the directory: it
 * enters namespaces of its own, gives up what capabilities it does not need, and filters its system calls. It ends when QEMU hangs up.
 */
final class ShareServers {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** In /proc/net/unix: the socket accepts connections. */
    private static final String LISTENING = " 00010000 ";

    private final VmPlan plan;
    private final RunDirectory run;
    private final Starter starter;
    private final Path program;

    ShareServers(VmPlan plan, RunDirectory run, Starter starter, Path program) {
        this.plan = plan;
        this.run = run;
        this.starter = starter;
        this.program = program;
    }

    /**
     * Checks that there are the program and the directories.
     *
     * @param shares of a plan
     * @param program that serves them; null = there is none
     * @throws HyprException {@code UNSUPPORTED}, {@code NOT_FOUND} or {@code INVALID}
     */
    static void check(List<VmPlan.Share> shares, Path program) {
        if (!shares.isEmpty() && program == null) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The QEMU backend cannot share directories with a microVM: there is no " + Host.VIRTIOFSD + ".")
                    .remedy("Install it, on Debian 12 with: apt-get install qemu-system-common");
        }
        for (VmPlan.Share share : shares) {
            if (!Files.isDirectory(share.source())) {
                throw new HyprException(ErrorCode.NOT_FOUND, "The directory " + share.source() + " that is to be shared with the microVM does not exist.");
            }
            if (share.tag().isEmpty() || share.tag().getBytes(java.nio.charset.StandardCharsets.UTF_8).length > 35) {
                throw new HyprException(ErrorCode.INVALID, "The tag '" + share.tag() + "' of a share has not 1 to 35 octets.");
            }
        }
    }

    /** Starts them and returns when QEMU can connect to each. */
    void start() throws IOException {
        for (int i = 0; i < plan.shares().size(); i++) {
            VmPlan.Share share = plan.shares().get(i);
            Path socket = run.path().resolve(RunDirectory.share(i));
            // announce_submounts: the inode numbers of other file systems below the directory are numbers of their own.
            List<String> words = List.of(program.toString(), "-f", "--socket-path=" + socket, "-o", "source=" + share.source(), "-o", "sandbox=namespace", "-o", "xattr", "-o", "announce_submounts",
                "-o", "log_level=err", "--thread-pool-size=0");
            Process process = starter.startHelper(plan, run, run.sharePidFile(i), share.readOnly() ? List.of("--read-only", share.source().toString()) : List.of(), words);
            awaitListening(process, socket, share);
            RunDirectory.give(socket, plan.jail().uid(), plan.jail().gid());
        }
    }

    private void awaitListening(Process process, Path socket, VmPlan.Share share) throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!listens(socket)) {
            if (!process.isAlive()) {
                throw StartFailure.ofHelper("The directory " + share.source() + " cannot be shared with the microVM: ", run.helperLog(), Starter.errors(process), process.exitValue());
            }
            if (System.nanoTime() > end) {
                throw new HyprException(ErrorCode.TIMEOUT, "The directory " + share.source() + " was not shared in " + LIMIT.toSeconds() + " s.").remedy("See " + plan.log() + ".");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static boolean listens(Path socket) throws IOException {
        if (!Files.exists(socket)) {
            return false;
        }
        try (var lines = Files.lines(Path.of("/proc/net/unix"))) {
            return lines.anyMatch(line -> line.endsWith(" " + socket) && line.contains(LISTENING));
        }
    }
}
