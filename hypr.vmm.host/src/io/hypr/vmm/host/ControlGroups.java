package io.hypr.vmm.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * The control groups that hypr-start made, and what runs in them. Where they are is asked once: a program each time would cost the end of every microVM
 * some ten milliseconds. Safe for use by several threads.
 */
public final class ControlGroups {

    private final Starter starter;
    private volatile List<Path> bases = List.of();

    /** @param starter whose groups they are */
    public ControlGroups(Starter starter) {
        this.starter = starter;
    }

    /** A host that has none is asked again: one can mount them while we run. */
    private List<Path> bases() {
        if (bases.isEmpty()) {
            bases = starter.cgroupBases();
        }
        return bases;
    }

    /**
     * Ends all that runs of a microVM, and returns when what it said is in its log. Idempotent.
     *
     * @param pidFile of the VMM; it may be gone or not yet written, as when a daemon was killed while it launched
     * @param cgroup name of the microVM's group
     * @param log of the VMM
     */
    public void end(Path pidFile, String cgroup, Path log) {
        kill(VmmProcess.of(pidFile));
        processes(cgroup).stream().filter(pid -> !VmmLog.isKeptBy(pid)).forEach(pid -> kill(VmmProcess.of(pid)));
        new VmmLog(log).settle();
        processes(cgroup).forEach(pid -> kill(VmmProcess.of(pid)));
    }

    static void kill(Optional<VmmProcess> process) {
        try (VmmProcess running = process.orElse(null)) {
            if (running != null) {
                running.kill();
            }
        }
    }

    /**
     * @param cgroup name of a group
     * @return the numbers of the processes that run in it
     */
    List<Long> processes(String cgroup) {
        Set<Long> found = new TreeSet<>();
        for (Path base : bases()) {
            try {
                Files.readAllLines(base.resolve(cgroup).resolve("cgroup.procs")).forEach(pid -> found.add(Long.valueOf(pid)));
            } catch (NoSuchFileException e) {
                continue; // There is no such group, or not any more.
            } catch (IOException e) {
                throw new HyprException(ErrorCode.INTERNAL, "The processes of the control group " + cgroup + " cannot be listed.", e);
            }
        }
        return List.copyOf(found);
    }

    /**
     * Holds what runs of a microVM to other limits than before. Idempotent.
     *
     * @param cgroup name of the microVM's group
     * @param limits from now on
     * @throws HyprException {@code UNSUPPORTED} if this host cannot do that
     */
    public void limit(String cgroup, VmPlan.Limits limits) {
        starter.changeCgroup(cgroup, JailWords.changed(limits));
    }

    /**
     * Removes a group in which nothing runs any more. Idempotent.
     *
     * @param cgroup its name
     * @throws HyprException {@code CONFLICT} with what is in the way
     */
    public void remove(String cgroup) {
        List<Path> all = bases();
        List<Path> left = new ArrayList<>();
        for (Path base : all) {
            if (!removed(base.resolve(cgroup))) {
                left.add(base);
            }
        }
        if (all.isEmpty() || !left.isEmpty()) {
            starter.removeCgroup(cgroup); // It waits for processes that are about to end, and says what is in the way.
        }
    }

    private static boolean removed(Path group) {
        try {
            Files.deleteIfExists(group);
        } catch (IOException e) {
            return false;
        }
        return true;
    }
}
