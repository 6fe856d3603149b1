package io.hypr.vmm.qemu.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.LimitWords;
import io.hypr.vmm.host.VmmLog;

/**
 * The program {@code hypr-start}, which becomes QEMU: with a control group, a user and a session of its own, and no descriptor of ours.
 *
 * @param program its path
 */
public record Starter(Path program) {

    private static final Set<String> CONTROLLERS = Set.of("cpu", "memory", "pids");
    /** Threads that QEMU starts beside the processors: input and output, translation, migration. */
    private static final int HELPER_THREADS = 128;
    /**
     * What QEMU may have beside the guest's memory: an allowance, which the test of a guest that fills its memory holds to be enough. It
     * has room for QEMU itself, for translated code under emulation, and for the host's page cache of the disks, which counts here and
     * makes way before anything is killed.
     */
    private static final long OVERHEAD = 320L << 20;
    /** Page tables and the like grow with the guest's memory. */
    private static final int GUEST_SHARE = 32;
    private static final int OUT_OF_THE_WAY = 10;

    /**
     * Starts a program.
     *
     * @param plan whose jail and log are used
     * @param run where the pid file goes
     * @param groups supplementary groups
     * @param openings options of hypr-start that open what the program may not
     * @param command the program and its arguments
     * @return the process, which is hypr-start first and then the program; its standard error says what went wrong in hypr-start, and ends
     * when the program runs
     * @throws HyprException if hypr-start cannot be started
     */
    Process start(VmPlan plan, RunDirectory run, List<Integer> groups, List<String> openings, List<String> command) {
        VmPlan.Jail jail = plan.jail();
        List<String> words = new ArrayList<>(List.of(program.toString(),
                "--log", plan.log().toString(), "--log-max", Long.toString(VmmLog.LIMIT),
                "--pid-file", run.pidFile().toString(), "--chdir", run.path().toString(), "--umask", "077",
                "--user", jail.uid() + ":" + jail.gid(),
                "--cgroup", jail.cgroup(), "--cgroup-optional", "--pids-max",
                Integer.toString(plan.maxProcessors() + HELPER_THREADS * (1 + plan.shares().size())),
                "--memory-max", Long.toString(memoryLimit(plan))));
        if (plan.facets().contains(Qemu.SNAPSHOTS)) {
            words.addAll(List.of("--nice", Integer.toString(OUT_OF_THE_WAY))); // Nobody waits for what is only made to be saved.
        }
        words.addAll(LimitWords.of(jail.limits()));
        if (!plan.devices().isEmpty()) { // The guest's memory stays where it is: devices write there.
            words.addAll(List.of("--rlimit", "memlock=unlimited"));
        }
        if (!plan.shares().isEmpty()) { // Who serves them is there already.
            words.add("--cgroup-join");
        }
        groups.forEach(group -> words.addAll(List.of("--group", group.toString())));
        words.addAll(openings);
        words.add("--");
        words.addAll(command);
        return run(words);
    }

    /** @return what starts processes beside QEMU */
    io.hypr.vmm.host.Starter ofHelpers() {
        return new io.hypr.vmm.host.Starter(program);
    }

    /** Octets that QEMU and its page cache may have: enough for every honest guest, and an end for a QEMU that leaks or was taken over. */
    static long memoryLimit(VmPlan plan) {
        return plan.maxMemory() + plan.maxMemory() / GUEST_SHARE + OVERHEAD;
    }

    /**
     * Tells which limits this host cannot hold.
     *
     * @return a sentence for people; empty if it can hold all
     */
    public String missingLimits() {
        Process process = run(List.of(program.toString(), "--print-cgroup-base"), ProcessBuilder.Redirect.PIPE);
        Set<String> missing = new TreeSet<>(CONTROLLERS);
        boolean any = false;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                any = true;
                missing.removeAll(Set.of(line.split(" ", 3)[1].split(",")));
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The control groups of this host cannot be listed.", e);
        }
        if (!any) {
            return "VMM processes have no control group of their own: " + errors(process).replaceFirst("^hypr-start: ", "");
        }
        return missing.isEmpty() ? "" : "VMM processes are not limited in " + String.join(", ", missing) + ": this host has no control groups for that.";
    }

    /**
     * Removes a control group that {@link #start} made, in which nothing runs any more. Idempotent.
     *
     * @param cgroup its name
     * @throws HyprException {@code CONFLICT} with what hypr-start said if it cannot
     */
    void removeCgroup(String cgroup) {
        Process process = run(List.of(program.toString(), "--remove-cgroup", cgroup));
        String words = errors(process);
        if (waitFor(process) != 0) {
            throw new HyprException(ErrorCode.CONFLICT, "The control group " + cgroup + " cannot be removed: " + words);
        }
    }

    /**
     * Finds where control groups are made.
     *
     * @return a directory for each hierarchy; empty if this host has none of use
     */
    List<Path> cgroupBases() {
        Process process = run(List.of(program.toString(), "--print-cgroup-base"), ProcessBuilder.Redirect.PIPE);
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().map(line -> Path.of(line.split(" ", 3)[2])).toList();
        } catch (IOException | UncheckedIOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The control groups of this host cannot be listed.", e);
        }
    }

    /** @return what the process wrote on its standard error until it closed it */
    static String errors(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return e.toString(); // The reader is told what there is instead of the words.
        }
    }

    static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while waiting for hypr-start.", e);
        }
    }

    private Process run(List<String> words) {
        return run(words, ProcessBuilder.Redirect.DISCARD);
    }

    private Process run(List<String> words, ProcessBuilder.Redirect output) {
        if (!Files.isExecutable(program)) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The program hypr-start is missing at " + program + ".")
                    .remedy("Build HYPR again with ./dev build, or install its package again.");
        }
        try {
            Process process = new ProcessBuilder(words).redirectOutput(output).start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The program " + program + " cannot be started.", e);
        }
    }
}
