package io.hypr.vmm.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * Serves the shares of one microVM, each by a virtiofsd of its own. It is root, since owners of files must be what the guest says, but sees nothing but
 * the directory or file: it enters namespaces of its own, gives up what capabilities it does not need, and filters its system calls. It ends when the VMM
 * hangs up. A VMM joins the control group that this makes.
 *
 * @param starter of the processes
 * @param directory the run directory, where sockets, pid files and the servers' log go
 * @param cgroup of the microVM
 */
public record ShareServers(Starter starter, Path directory, String cgroup) {

    /** Where QEMU 7 puts its own; later versions of QEMU bring none. */
    private static final Path QEMUS = Path.of("/usr/lib/qemu/virtiofsd");
    /** The one in Rust, a package of its own from Debian 13 on. */
    private static final Path DEBIANS = Path.of("/usr/libexec/virtiofsd");
    /** Name of HYPR's own. */
    public static final String OURS = "hypr-virtiofsd";
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** Octets kept of what the servers say. */
    private static final long LOG_LIMIT = 65_536;
    private static final int LONGEST_TAG = 35;
    /** In /proc/net/unix: the socket accepts connections. */
    private static final String LISTENING = " 00010000 ";

    /**
     * Finds the programs that can serve: HYPR's own, beside hypr-start if it could be built, then Debian's, then the one that comes with QEMU 7.
     *
     * @param starter of the processes
     * @return those that are here, the better one first
     */
    public static List<Path> programs(Starter starter) {
        return Stream.of(starter.program().resolveSibling(OURS), DEBIANS, QEMUS).filter(Files::isExecutable).toList();
    }

    /**
     * Chooses the program that serves the shares of a plan.
     *
     * @param backend which cannot do without, for people
     * @param starter of the processes
     * @return the best one
     * @throws HyprException {@code UNSUPPORTED} if there is none
     */
    public static Path program(String backend, Starter starter) {
        return programs(starter).stream().findFirst().orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED,
            "The " + backend + " backend cannot share directories with a microVM: there is no " + starter.program().resolveSibling(OURS)
                + ", no " + DEBIANS + " and no " + QEMUS + ".")
            .remedy("Build the first with ./dev build virtiofsd, which takes Rust, or install another with: apt-get install virtiofsd"
                + " (on Debian 12: qemu-system-common)"));
    }

    /**
     * Checks what is to be shared, whoever serves it.
     *
     * @param shares of a plan
     * @throws HyprException {@code NOT_FOUND} or {@code INVALID}
     */
    public static void check(List<VmPlan.Share> shares) {
        for (VmPlan.Share share : shares) {
            if (!Files.isDirectory(share.source()) && !Files.isRegularFile(share.source())) {
                throw new HyprException(ErrorCode.NOT_FOUND, share.source() + ", which is to be shared with the microVM, is no directory and no file.");
            }
            if (share.tag().isEmpty() || share.tag().getBytes(StandardCharsets.UTF_8).length > LONGEST_TAG) {
                throw new HyprException(ErrorCode.INVALID, "The tag '" + share.tag() + "' of a share has not 1 to " + LONGEST_TAG + " octets.");
            }
        }
    }

    /**
     * Names the socket of a share.
     *
     * @param index of a share
     * @return its socket, relative to the run directory; only the VMM's working directory leads there
     */
    public static String socket(int index) {
        return "fs" + index;
    }

    /**
     * Starts the servers and returns when the VMM can connect to each.
     *
     * @param plan whose shares are served, to its jail's user
     * @param program one of {@link #programs}; null if the plan has no shares
     * @throws IOException if a socket cannot be examined or given away
     * @throws HyprException if a share cannot be served; {@link #stop} ends the others
     */
    public void start(VmPlan plan, Path program) throws IOException {
        for (int i = 0; i < plan.shares().size(); i++) {
            VmPlan.Share share = plan.shares().get(i);
            Path socket = directory.resolve(socket(i));
            awaitListening(serve(program, share, socket, i), socket, share, log(i));
            if (!Files.getAttribute(socket, "unix:uid").equals(plan.jail().uid())) {
                Files.setAttribute(socket, "unix:gid", plan.jail().gid());
                Files.setAttribute(socket, "unix:uid", plan.jail().uid());
            }
        }
    }

    private Process serve(Path program, VmPlan.Share share, Path socket, int index) throws IOException {
        Path pid = directory.resolve("server" + index + ".pid"); // Debian's keeps one of its own beside its socket.
        List<String> options = new ArrayList<>(List.of("--log", log(index).toString(), "--log-max", Long.toString(LOG_LIMIT), "--pid-file", pid.toString(),
            "--umask", "0", "--cgroup", cgroup, "--cgroup-optional", "--cgroup-join"));
        Path source = share.source().toRealPath(); // Neither program takes a symbolic link.
        if (share.readOnly()) {
            options.addAll(List.of("--read-only", source.toString()));
        }
        if (Files.isRegularFile(source)) { // It is served in a directory of its own, since the root of a share is one.
            Path file = source;
            source = directory.resolve(socket(index) + ".d");
            Files.createDirectories(source);
            options.addAll(List.of("--only", file + "=" + source));
        }
        return starter.start(options, command(program, socket, source));
    }

    /** The words of each program for the same. Our guests ask for names and attributes each time, whatever a server would let them keep. */
    static List<String> command(Path program, Path socket, Path source) {
        if (program.endsWith(OURS)) {
            return List.of(program.toString(), socket.toString(), source.toString());
        }
        if (program.equals(DEBIANS)) {
            return List.of(program.toString(), "--socket-path=" + socket, "--shared-dir=" + source, "--sandbox=namespace", "--cache=auto",
                "--no-readdirplus", "--xattr", "--announce-submounts", "--inode-file-handles=never", "--log-level=error", "--thread-pool-size=0");
        }
        // timeout=0: the guest asks for names and sizes whenever it needs them, since the host may have changed them.
        // announce_submounts: the inode numbers of other file systems below the directory are numbers of their own.
        return List.of(program.toString(), "-f", "--socket-path=" + socket, "-o", "source=" + source, "-o", "sandbox=namespace", "-o", "timeout=0",
            "-o", "no_readdirplus", "-o", "xattr", "-o", "announce_submounts", "-o", "log_level=err", "--thread-pool-size=0");
    }

    /** Ends the servers that still run. Idempotent. */
    public void stop() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "server*.pid")) {
            for (Path file : files) {
                ControlGroups.kill(VmmProcess.of(file));
            }
        } catch (NoSuchFileException e) {
            return; // Without a directory there is none.
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The run directory " + directory + " cannot be read.", e);
        }
    }

    /** Each has one of its own: who keeps a log holds it alone. */
    private Path log(int index) {
        return directory.resolve(socket(index) + ".log");
    }

    private void awaitListening(Process process, Path socket, VmPlan.Share share, Path log) throws IOException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!listens(socket)) {
            if (!process.isAlive()) {
                throw ended(process, share, log);
            }
            if (System.nanoTime() > end) {
                throw new HyprException(ErrorCode.TIMEOUT, share.source() + " was not shared in " + LIMIT.toSeconds() + " s.")
                        .remedy("See " + log + ".");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    private HyprException ended(Process process, VmPlan.Share share, Path file) {
        VmmLog log = new VmmLog(file);
        log.settle();
        String starterWords = Starter.errors(process);
        String words = starterWords.isEmpty() ? log.tail(0).stream().reduce("", (a, b) -> b) : starterWords.replaceFirst("^hypr-start: ", "");
        String reason = words.isEmpty() ? "the process that serves it ended with status " + process.exitValue() : words;
        return new HyprException(words.contains("Permission denied") ? ErrorCode.DENIED : ErrorCode.INTERNAL,
            share.source() + " cannot be shared with the microVM: " + reason + (reason.endsWith(".") ? "" : "."))
            .remedy("See " + file + ".");
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
