package io.hypr.vmm.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.hypr.vmm.VmPlan;

/**
 * Turns the jail of a plan into options of {@code hypr-start}. How much a VMM may use beside its guest is the VMM's own: enough for every honest guest,
 * and an end for a VMM that leaks or was taken over.
 *
 * @param threads that the VMM starts beside the guest's processors, at most
 * @param memory bytes that it has beside the guest's, with room for the host's page cache of the disks, which counts there and makes way before anything is
 * killed
 */
public record JailWords(int threads, long memory) {

    /** Page tables and the like grow with the guest's memory. */
    private static final int GUEST_SHARE = 32;
    /** Nobody waits for what is only made to be saved. */
    private static final int OUT_OF_THE_WAY = 10;
    /** Microseconds; a quota below a thousand is refused by the kernel. */
    private static final long PERIOD = 100_000;
    /** What the kernel gives a control group of version 2 where version 1 gives it the usual shares. */
    private static final long USUAL_WEIGHT = 100;

    /**
     * Makes the options.
     *
     * @param plan of the microVM
     * @param pidFile where the VMM's pid and start time go
     * @param directory the VMM's working directory
     * @param groups supplementary groups of the VMM
     * @return options, without those that open files
     */
    public List<String> of(VmPlan plan, Path pidFile, Path directory, Collection<Integer> groups) {
        return of(plan, plan.jail().uid() + ":" + plan.jail().gid(), pidFile, directory, groups);
    }

    /**
     * Makes the options for a VMM that is not the jail's user.
     *
     * @param plan of the microVM
     * @param user of the VMM, as {@code UID:GID}
     * @param pidFile where the VMM's pid and start time go
     * @param directory the VMM's working directory
     * @param groups supplementary groups of the VMM
     * @return options, without those that open files
     */
    public List<String> of(VmPlan plan, String user, Path pidFile, Path directory, Collection<Integer> groups) {
        VmPlan.Jail jail = plan.jail();
        List<String> words = new ArrayList<>(List.of(
            "--log", plan.log().toString(), "--log-max", Long.toString(VmmLog.LIMIT), "--pid-file", pidFile.toString(),
            "--chdir", directory.toString(), "--umask", "077", "--user", user,
            "--cgroup", jail.cgroup(), "--cgroup-optional",
            "--pids-max", Integer.toString(plan.maxProcessors() + threads * (1 + plan.shares().size())),
            "--memory-max", Long.toString(plan.maxMemory() + plan.maxMemory() / GUEST_SHARE + memory)));
        words.addAll(limits(jail.limits()));
        groups.forEach(group -> words.addAll(List.of("--group", group.toString())));
        if (!plan.devices().isEmpty() || plan.facets().contains("hotplug") && VfioDevices.isPossible()) {
            words.addAll(List.of("--rlimit", "memlock=unlimited")); // A device reaches all of the guest's memory, which stays where it is.
        }
        if (plan.facets().contains("snapshots")) {
            words.addAll(List.of("--nice", Integer.toString(OUT_OF_THE_WAY)));
        }
        if (!plan.shares().isEmpty()) {
            words.add("--cgroup-join"); // Who serves them is there already.
        }
        return words;
    }

    /**
     * Makes the options that hold a VMM to other limits while it runs: all of them, since those that are gone have to be taken away.
     *
     * @param limits from now on
     * @return options beside the name of the control group
     */
    static List<String> changed(VmPlan.Limits limits) {
        List<String> words = new ArrayList<>(limits(limits));
        if (limits.cpus() == 0) {
            words.addAll(List.of("--cpu-max", "max"));
        }
        if (limits.reservation() == 0) {
            words.addAll(List.of("--memory-low", "0"));
        }
        return words;
    }

    private static String quota(VmPlan.Limits limits) {
        return Math.max(1000, Math.round(limits.cpus() * PERIOD)) + "/" + PERIOD;
    }

    private static List<String> limits(VmPlan.Limits limits) {
        long weight = Math.round((double) limits.shares() * USUAL_WEIGHT / VmPlan.Limits.USUAL_SHARES);
        List<String> words = new ArrayList<>(List.of("--cpu-weight", Long.toString(Math.clamp(weight, 1, 10_000))));
        if (limits.cpus() > 0) {
            words.addAll(List.of("--cpu-max", quota(limits)));
        }
        if (!limits.processors().isEmpty()) {
            words.addAll(List.of("--processors", limits.processors()));
        }
        if (limits.reservation() > 0) {
            words.addAll(List.of("--memory-low", Long.toString(limits.reservation())));
        }
        return words;
    }
}
