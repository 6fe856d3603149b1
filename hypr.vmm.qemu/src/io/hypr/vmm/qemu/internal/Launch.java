package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.JailWords;
import io.hypr.vmm.host.ServingRoot;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmLog;
import io.hypr.vmm.host.VmmProcess;

/** One start of QEMU: from the words to a process that has all its devices. */
final class Launch {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    /** Of threads input and output, translation, migration; of memory QEMU itself and translated code. A test has a guest that fills its memory stay within. */
    private static final JailWords JAIL = new JailWords(128, 320L << 20);

    private final VmPlan plan;
    private final VmmDirectory run;
    private final Starter starter;
    private final Consumer<Qmp> begin;

    /** What begins lets the guest run, once QEMU can be asked. */
    Launch(VmPlan plan, VmmDirectory run, Starter starter, Consumer<Qmp> begin) {
        this.plan = plan;
        this.run = run;
        this.starter = starter;
        this.begin = begin;
    }

    /**
     * Starts QEMU and returns when it is ready to run the guest.
     *
     * @param groups supplementary groups of QEMU
     * @param command QEMU's words, and what is to be opened for it
     * @param devices that QEMU's user must reach
     * @param shares that must be served before QEMU starts
     * @param program that serves them; null if there are none
     * @return the process
     * @throws HyprException if QEMU does not start; what there is of it is left to the caller to remove
     */
    VmmProcess go(List<Integer> groups, CommandLine command, VfioGroups devices, ShareServers shares, Path program) {
        VmmLog log = new VmmLog(plan.log());
        long logged = 0;
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            logged = log.begin();
            int uid = command.servesShares() ? 0 : plan.jail().uid();
            int gid = command.servesShares() ? 0 : plan.jail().gid();
            run.open(uid, gid);
            run.logged(logged);
            server.bind(UnixDomainSocketAddress.of(run.file(Sockets.STARTED)));
            VmmDirectory.give(run.file(Sockets.STARTED), uid, gid);
            devices.give(uid, gid);
            List<String> options = new ArrayList<>();
            if (command.servesShares()) {
                options.addAll(JAIL.of(plan, ServingRoot.USER, run.pidFile(), Path.of("/"), List.of()));
                options.addAll(root(command));
            } else {
                shares.start(plan, program);
                options.addAll(JAIL.of(plan, run.pidFile(), run.path(), groups));
            }
            options.addAll(command.openings());
            Process process = starter.start(options, command.words(), command.environment());
            awaitReady(server, process, logged);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The run directory " + run.path() + " cannot be prepared for QEMU.", e);
        }
        return VmmProcess.of(run.pidFile()).orElseThrow(() -> StartFailure.of(plan.log(), 0, "", 0));
    }

    /** With the socket where it is in the run directory, too, which is the working directory of every other QEMU. */
    private List<String> root(CommandLine command) throws IOException {
        Path directory = Files.createDirectory(run.file("root"));
        List<String> words = ServingRoot.words(plan, directory, run.own(), command.devices());
        words.addAll(List.of("--bind", run.file(Sockets.STARTED) + "=/" + Sockets.STARTED));
        command.files().stream().filter(Files::exists).forEach(file -> words.addAll(List.of("--bind-read-only", file + "=" + file)));
        return words;
    }

    /** QEMU connects to our socket when it starts, and answers there once its main loop runs. Its end, or ours of patience, closes the socket. */
    private void awaitReady(ServerSocketChannel server, Process process, long logged) throws IOException {
        CompletableFuture<Process> end = process.onExit();
        CompletableFuture<Void> watch = end.copy().orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS).handle((ended, late) -> {
            try {
                server.close();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            return null;
        });
        try (SocketChannel channel = server.accept(); Qmp qmp = Qmp.over(channel, LIMIT)) {
            begin.accept(qmp);
        } catch (IOException | HyprException e) {
            if (e instanceof HyprException refused && refused.code() == ErrorCode.INTERNAL) {
                throw e;
            }
            if (!process.isAlive() || endsNow(process)) {
                HyprException failure = StartFailure.of(plan.log(), logged, Starter.errors(process), process.exitValue());
                throw failure.getMessage().contains("lock") ? DiskHolder.named(plan, failure) : failure;
            }
            throw new HyprException(ErrorCode.TIMEOUT, "QEMU was not ready in " + LIMIT.toSeconds() + " s.", e).remedy("See " + plan.log() + ".");
        } finally {
            watch.cancel(false);
        }
    }

    /** A monitor that hangs up is one whose QEMU ends, a moment later. */
    private static boolean endsNow(Process process) {
        try {
            return process.waitFor(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while QEMU was starting.", e);
        }
    }
}
