package org.example.traced;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;

/** Starts microVMs on QEMU's q35 by software emulation, so that every call to them can be looked at. */
public final class TracedBackend implements VmmBackend {

    /** By this name users ask for it: {@code hypr run --vmm traced}. */
    static final String NAME = "traced";

    private static final List<String> PLACES = List.of("/usr/bin/qemu-system-x86_64", "/usr/local/bin/qemu-system-x86_64");
    private static final long LIMIT = 20_000_000_000L;

    private final Path starter;
    private final Trace trace;

    TracedBackend(Path starter, Trace trace) {
        this.starter = starter;
        this.trace = trace;
    }

    private static Optional<Path> qemu() {
        return PLACES.stream().map(Path::of).filter(Files::isExecutable).findFirst();
    }

    @Override
    public Availability probe() {
        return qemu().isPresent() ? Availability.available() : Availability.unsupported("QEMU is missing.", "Install the package qemu-system-x86.");
    }

    @Override
    public VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        requirePossible(plan);
        Vm vm = Vm.of(plan);
        intent.accept(vm.record());
        try {
            requireThere(plan);
            Path sockets = Files.createDirectories(vm.sockets());
            Files.setAttribute(sockets, "unix:uid", plan.jail().uid());
            Path program = qemu().orElseThrow(
                    () -> new HyprException(ErrorCode.UNSUPPORTED, "QEMU is missing.").remedy("Install the package qemu-system-x86."));
            Process process = new ProcessBuilder(QemuCommand.of(starter, program, vm, plan)).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            process.getOutputStream().close();
            String words = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip(); // Ends when QEMU is what runs.
            awaitLink(vm, process, words, plan.log());
            return session(vm);
        } catch (IOException e) {
            throw undone(vm, new HyprException(ErrorCode.INTERNAL, "QEMU cannot be started: " + e.getMessage(), e));
        } catch (HyprException e) {
            throw undone(vm, e);
        }
    }

    private static void requirePossible(VmPlan plan) {
        if (!plan.options().isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The backend " + NAME + " has no option "
                    + String.join(", ", plan.options().keySet()) + ".").remedy("It has none at all.");
        }
        if (!plan.facets().isEmpty() || !plan.devices().isEmpty() || !plan.shares().isEmpty()) {
            Set<String> wanted = new HashSet<>(plan.facets());
            plan.devices().forEach(d -> wanted.add("the device " + d.address()));
            plan.shares().forEach(s -> wanted.add("the directory " + s.source()));
            throw new HyprException(ErrorCode.UNSUPPORTED, "The backend " + NAME + " has not got " + String.join(", ", wanted) + ".")
                    .remedy("Use another: --vmm qemu.");
        }
    }

    private static void requireThere(VmPlan plan) {
        for (VmPlan.Disk disk : plan.disks()) {
            if (!Files.exists(disk.file())) {
                throw new HyprException(ErrorCode.NOT_FOUND, "There is no disk " + disk.file() + ".");
            }
        }
    }

    private HyprException undone(Vm vm, HyprException failure) {
        try {
            discard(vm.record());
        } catch (HyprException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }

    /** QEMU has everything in the plan when it listens: it does so last. */
    private static void awaitLink(Vm vm, Process process, String words, Path log) throws IOException {
        long end = System.nanoTime() + LIMIT;
        while (!answers(vm.sockets().resolve("monitor"))) {
            if (!process.isAlive() || System.nanoTime() > end) {
                String said = words + " " + (Files.exists(log) ? Files.readString(log, StandardCharsets.ISO_8859_1).lines()
                        .reduce((a, b) -> b).orElse("") : "");
                ErrorCode code = said.contains("No such device") ? ErrorCode.NOT_FOUND
                        : said.contains("Is another process using the image") ? ErrorCode.IN_USE : ErrorCode.UNAVAILABLE;
                throw new HyprException(code, "QEMU did not start: " + said.strip());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    private static boolean answers(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel.read(ByteBuffer.allocate(1)) > 0; // Its greeting: all devices and disks are there.
        } catch (IOException e) {
            return false; // Not yet.
        }
    }

    private VmSession session(Vm vm) {
        return trace.of(VmSession.class, vm.id().substring(0, 12), new TracedSession(vm));
    }

    @Override
    public VmSession attach(DriverRecord record) {
        return session(Vm.of(record));
    }

    @Override
    public void discard(DriverRecord record) {
        Vm vm = Vm.of(record);
        vm.process().ifPresent(TracedSession::end);
        try {
            // Its control group knows it too, when the pid file is lost.
            for (String line : starter("--print-cgroup-base").lines().toList()) {
                Path group = Path.of(line.split(" ", 3)[2]).resolve(vm.cgroup());
                if (Files.exists(group)) {
                    Files.readAllLines(group.resolve("cgroup.procs")).forEach(pid -> ProcessHandle.of(Long.parseLong(pid)).ifPresent(TracedSession::end));
                }
            }
            starter("--remove-cgroup", vm.cgroup());
            if (Files.isDirectory(vm.run())) {
                try (Stream<Path> tree = Files.walk(vm.run())) {
                    for (Path file : tree.sorted(Comparator.reverseOrder()).filter(f -> !f.equals(vm.run())).toList()) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "What is left of microVM " + vm.id() + " cannot be removed: " + e.getMessage(), e);
        }
    }

    private String starter(String... words) throws IOException {
        Process process = new ProcessBuilder(Stream.concat(Stream.of(starter.toString()), Stream.of(words)).toList())
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.onExit().join();
        return said;
    }
}
