package io.hypr.vmm.host;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.ffm.process.SpawnedProcess;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The program {@code hypr-start}, which becomes a VMM or a helper of one: with a control group, a user and a session of its own, and no descriptor of ours.
 *
 * @param program its path
 */
public record Starter(Path program) {

    private static final Set<String> CONTROLLERS = Set.of("cpu", "memory", "pids");

    /**
     * Starts a program.
     *
     * @param options of hypr-start, see launcher/readme.md
     * @param command the program and its arguments
     * @return the process, which is hypr-start, or was begun by it, and then the program; its standard error says what went wrong in hypr-start
     * @throws HyprException if hypr-start cannot be started
     */
    public Process start(List<String> options, List<String> command) {
        return start(options, command, Map.of());
    }

    /**
     * Starts a program with variables of its own.
     *
     * @param options of hypr-start, see launcher/readme.md
     * @param command the program and its arguments
     * @param environment variables beside those of this process, by name
     * @return as above
     * @throws HyprException if hypr-start cannot be started
     */
    public Process start(List<String> options, List<String> command, Map<String, String> environment) {
        List<String> words = new ArrayList<>();
        words.addAll(options);
        if (!options.contains("--log")) {
            words.add("--stdout=/dev/null");
        }
        words.add("--");
        words.addAll(command);
        Process process = ended(begin(words, environment));
        try {
            process.getInputStream().close(); // Nothing more comes there.
        } catch (IOException e) {
            throw failed(e);
        }
        return process;
    }

    /**
     * Starts a program that is told on its standard input what to do, and answers.
     *
     * @param words options of hypr-start, {@code --}, the program and its arguments
     * @return the process, which is hypr-start, or was begun by it, and then the program
     * @throws HyprException if hypr-start cannot be started
     */
    public Process converse(List<String> words) {
        return begin(words, Map.of());
    }

    /**
     * Removes a control group that {@link #start} made, in which nothing runs any more. Idempotent.
     *
     * @param cgroup its name
     * @throws HyprException {@code CONFLICT} with what hypr-start said if it cannot
     */
    void removeCgroup(String cgroup) {
        Process process = ended(run(List.of("--remove-cgroup", cgroup), true));
        String words = errors(process);
        if (waitFor(process) != 0) {
            throw new HyprException(ErrorCode.CONFLICT, "The control group " + cgroup + " cannot be removed: " + words);
        }
    }

    /**
     * Changes limits of a control group that {@link #start} made, and of what runs in it.
     *
     * @param cgroup its name
     * @param limits options of hypr-start
     * @throws HyprException {@code UNSUPPORTED} with what hypr-start said if it cannot
     */
    void changeCgroup(String cgroup, List<String> limits) {
        List<String> words = new ArrayList<>(List.of("--change-cgroup", cgroup));
        words.addAll(limits);
        Process process = ended(run(words, true));
        String said = errors(process);
        if (waitFor(process) != 0) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The host cannot hold the microVM to other limits: " + said.replaceFirst("^hypr-start: ", ""));
        }
    }

    /**
     * Finds where control groups are made.
     *
     * @return a directory for each hierarchy; empty if this host has none of use
     */
    List<Path> cgroupBases() {
        return lines(askForBases()).stream().map(line -> Path.of(line.split(" ", 3)[2])).toList();
    }

    /**
     * Tells which limits of a VMM this host cannot hold.
     *
     * @return a sentence for people; empty if it can hold all
     */
    public String missingLimits() {
        Process process = askForBases();
        List<String> bases = lines(process);
        if (bases.isEmpty()) {
            return "VMM processes have no control group of their own: " + errors(process).replaceFirst("^hypr-start: ", "");
        }
        Set<String> missing = new TreeSet<>(CONTROLLERS);
        bases.forEach(line -> missing.removeAll(Set.of(line.split(" ", 3)[1].split(","))));
        return missing.isEmpty() ? "" : "VMM processes are not limited in " + String.join(", ", missing) + ": this host has no control groups for that.";
    }

    private Process askForBases() {
        return ended(run(List.of("--print-cgroup-base"), false));
    }

    private static List<String> lines(Process process) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            return lines.lines().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The control groups of this host cannot be listed.", e);
        }
    }

    /**
     * @param process that {@link #start} returned
     * @return what it wrote on its standard error until it closed it
     */
    public static String errors(Process process) {
        try {
            return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return e.toString(); // The reader is told what there is instead of the words.
        }
    }

    private static int waitFor(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while waiting for hypr-start.", e);
        }
    }

    /** Nothing is to be told it. */
    private Process ended(Process process) {
        try {
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private HyprException failed(IOException e) {
        return new HyprException(ErrorCode.EXHAUSTED, "The program " + program + " cannot be started.", e);
    }

    /** It may go on as another process: one that is born in its control group has not to wait to join it. */
    private Process begin(List<String> words, Map<String, String> environment) {
        List<String> all = new ArrayList<>(List.of(program.toString(), "--tell-pid"));
        all.addAll(words);
        return run(() -> SpawnedProcess.startTold(all, environment));
    }

    private Process run(List<String> words, boolean discard) {
        List<String> all = new ArrayList<>(List.of(program.toString()));
        all.addAll(words);
        return run(() -> SpawnedProcess.start(all, Map.of(), discard));
    }

    /** It closes what it inherits beside its standard streams. */
    private Process run(Spawn spawn) {
        if (!Files.isExecutable(program)) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The program hypr-start is missing at " + program + ".")
                    .remedy("Build HYPR again with ./dev build, or install its package again.");
        }
        try {
            return spawn.process();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private interface Spawn {
        Process process() throws IOException;
    }
}
