package org.example.traced;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * Where a microVM is on the host: all that must be known to find it again, so all that the record holds.
 *
 * @param id the container's
 * @param run its directory
 * @param cgroup its control group
 */
record Vm(String id, Path run, String cgroup) {

    /** Format of the record: raised when what it holds changes. Older ones must be read for ever. */
    static final int FORMAT = 1;

    private static final Pattern JSON = Pattern.compile("\\{\"run\":\"([^\"\\\\]+)\",\"cgroup\":\"([^\"\\\\]+)\"}");

    static Vm of(VmPlan plan) {
        return new Vm(plan.id(), plan.runDirectory(), plan.jail().cgroup());
    }

    static Vm of(DriverRecord record) {
        if (record.format() > FORMAT) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "The record of microVM " + record.id() + " has format " + record.format() + ", and this backend knows " + FORMAT + ".")
                .remedy("Update the plug-in " + TracedBackend.NAME + ".");
        }
        Matcher json = JSON.matcher(record.json());
        if (!json.matches()) {
            throw new HyprException(ErrorCode.CORRUPT, "The record of microVM " + record.id() + " cannot be read: " + record.json());
        }
        return new Vm(record.id(), Path.of(json.group(1)), json.group(2));
    }

    DriverRecord record() {
        return new DriverRecord(TracedBackend.NAME, id, FORMAT, "{\"run\":\"" + run + "\",\"cgroup\":\"" + cgroup + "\"}");
    }

    Path sockets() {
        return run.resolve("s");
    }

    Path pidFile() {
        return run.resolve("pid");
    }

    /** The process of the pid file, if it is that one still: a number can be another process by now, so the start time must be the same. */
    Optional<ProcessHandle> process() {
        try {
            String[] words = Files.readString(pidFile()).strip().split(" ");
            return isAlive(words[0], words[1]) ? ProcessHandle.of(Long.parseLong(words[0])) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // No pid file: it never ran, or was discarded.
        }
    }

    private static boolean isAlive(String pid, String start) {
        try {
            String[] stat = Files.readString(Path.of("/proc", pid, "stat")).replaceFirst("^.*\\) ", "").split(" ");
            return stat[19].equals(start) && !stat[0].equals("Z");
        } catch (IOException e) {
            return false;
        }
    }
}
