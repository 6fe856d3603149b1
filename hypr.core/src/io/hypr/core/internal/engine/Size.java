package io.hypr.core.internal.engine;

import java.util.Map;

import io.hypr.core.internal.Settings;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** How large a container's microVM is. */
final class Size {

    private static final long MIB = 1L << 20;
    /** Microseconds in which a container has its share of processors. */
    static final long PERIOD = 100_000;
    private static final int MOST_SHARES = 262_144;

    private Size() {
    }

    /**
     * Checks what is asked for, and says what the microVM gets.
     *
     * @param spec is checked; what it leaves open is filled in
     * @param info gets processors and memory
     * @param settings give the defaults
     */
    static void apply(ContainerSpec spec, ContainerInfo info, Settings settings) {
        int host = Runtime.getRuntime().availableProcessors();
        quota(spec);
        int set = Processors.checked(spec.cpuSet);
        double asked = cpus(spec);
        double cpus = asked != 0 ? Math.min(asked, host) : set != 0 ? set : settings.processors();
        if (spec.cpus != 0 && !(spec.cpus >= 0.01 && spec.cpus <= host)) {
            throw NewContainer.invalid(String.format("Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available", host, host));
        }
        info.processors = whole(cpus);
        long memory = spec.memory == 0 ? settings.memory() : spec.memory;
        if (memory < 6 * MIB) {
            throw NewContainer.invalid("Minimum memory limit allowed is 6MB");
        }
        swap(spec);
        long total = HostFacts.memory();
        if (memory > total) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The container asks for " + memory / MIB + " MiB of memory; the host has " + total / MIB + " MiB.")
                .remedy("Ask for less by -m.");
        }
        info.memory = steps(memory);
        growth(spec, info, host, total);
        long disk = spec.diskSize == 0 ? settings.disk() : spec.diskSize;
        if (disk < 16 * MIB) {
            throw NewContainer.invalid("The writable disk is at least 16 MiB, not " + disk + " bytes");
        }
        spec.diskSize = (disk + MIB - 1) / MIB * MIB;
        if (spec.shmSize < 0) {
            throw NewContainer.invalid("SHM size can not be less than 0");
        }
        if (spec.pidsLimit < -1) {
            throw NewContainer.invalid("invalid pids limit: " + spec.pidsLimit);
        }
    }

    /** A microVM needs 64 MiB for its kernel and agent, and has memory in steps of 2 MiB. */
    private static long steps(long memory) {
        return Math.max(64 * MIB, (memory + 2 * MIB - 1) / (2 * MIB) * (2 * MIB));
    }

    private static void growth(ContainerSpec spec, ContainerInfo info, int host, long total) {
        if (spec.maxProcessors < 0 || spec.maxProcessors > host) {
            throw NewContainer.invalid("The processors can grow to 1 to " + host + ", which is what the host has, not to " + spec.maxProcessors);
        }
        if (spec.maxMemory < 0 || spec.maxMemory > total) {
            throw NewContainer.invalid("The memory can grow to " + total / MIB + " MiB, which is what the host has, not to " + spec.maxMemory / MIB + " MiB");
        }
        room(spec, info);
    }

    private static void quota(ContainerSpec spec) {
        if (spec.cpus != 0 && (spec.cpuQuota > 0 || spec.cpuPeriod > 0)) {
            throw NewContainer.invalid("Conflicting options: Nano CPUs and CPU " + (spec.cpuPeriod > 0 ? "Period" : "Quota") + " cannot both be set");
        }
        if (spec.cpuPeriod != 0 && (spec.cpuPeriod < 1_000 || spec.cpuPeriod > 1_000_000)) {
            throw NewContainer.invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        }
        if (spec.cpuQuota > 0 && spec.cpuQuota < 1_000) {
            throw NewContainer.invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        }
        if (spec.cpuShares < 0) {
            throw NewContainer.invalid("shares: invalid argument");
        }
        if (spec.cpuShares == 1 || spec.cpuShares > MOST_SHARES) {
            throw NewContainer.invalid("failed to create task for container: unable to start container process: error during container init: "
                    + "error setting cgroup config for procHooks process: the "
                    + (spec.cpuShares == 1 ? "minimum allowed cpu-shares is 2" : "maximum allowed cpu-shares is " + MOST_SHARES) + ": unknown");
        }
    }

    /** A microVM has none and keeps to any limit of it; what contradicts itself is refused as Docker refuses it. */
    private static void swap(ContainerSpec spec) {
        if (spec.memory == 0 && spec.memorySwap > 0) {
            throw NewContainer.invalid("You should always set the Memory limit when using Memoryswap limit, see usage");
        }
        if (spec.memorySwap > 0 && spec.memorySwap < spec.memory) {
            throw NewContainer.invalid("Minimum memoryswap limit should be larger than memory limit, see usage");
        }
    }

    /** Holds what was asked for at once against itself: as under Docker, a limit that was there before may be below a new reservation. */
    static void reservation(long reservation, long memory) {
        if (reservation != 0 && reservation < 6 * MIB) {
            throw NewContainer.invalid("Minimum memory reservation allowed is 6MB");
        }
        if (memory != 0 && reservation > memory) {
            throw NewContainer.invalid("Minimum memory limit can not be less than memory reservation limit, see usage");
        }
    }

    /** @return processors that are asked for, fractions allowed; 0 = none are */
    static double cpus(ContainerSpec spec) {
        return spec.cpuQuota > 0 ? (double) spec.cpuQuota / (spec.cpuPeriod == 0 ? PERIOD : spec.cpuPeriod) : spec.cpus;
    }

    /** @return what the host holds the VMM to; all of its processors limit themselves by their number */
    static VmPlan.Limits limits(ContainerInfo info) {
        ContainerSpec spec = info.spec;
        return new VmPlan.Limits(part(info), spec.cpuShares == 0 ? VmPlan.Limits.USUAL_SHARES : spec.cpuShares, spec.cpuSet, spec.memoryReservation);
    }

    /** @return what the guest's kernel holds the container to, by names of files of its control group; its memory is that of the microVM */
    static Map<String, String> guestLimits(ContainerInfo info) {
        double part = part(info);
        return Map.of("pids.max", info.spec.pidsLimit > 0 ? Long.toString(info.spec.pidsLimit) : "max",
            "cpu.max", (part == 0 ? "max" : Long.toString(Math.round(part * PERIOD))) + " " + PERIOD);
    }

    /** Fewer processors than the microVM has; 0 = all of them. */
    private static double part(ContainerInfo info) {
        double cpus = cpus(info.spec);
        return cpus < info.processors ? cpus : 0;
    }

    /** Says what the next microVM gets: the last one may have had more, of which an update left it a part. */
    static void renew(ContainerInfo info) {
        double cpus = cpus(info.spec);
        if (cpus != 0) {
            info.processors = whole(Math.min(cpus, Runtime.getRuntime().availableProcessors()));
        }
        room(info.spec, info);
    }

    private static int whole(double cpus) {
        return Math.clamp(Math.round(Math.ceil(cpus)), 1, 254);
    }

    private static void room(ContainerSpec spec, ContainerInfo info) {
        info.maxProcessors = Math.max(info.processors, spec.maxProcessors);
        info.maxMemory = spec.maxMemory == 0 ? info.memory : Math.max(info.memory, steps(spec.maxMemory));
    }

    /** @return whether the microVM is to be one that can grow */
    static boolean grows(ContainerInfo info) {
        return info.maxProcessors > info.processors || info.maxMemory > info.memory;
    }
}
