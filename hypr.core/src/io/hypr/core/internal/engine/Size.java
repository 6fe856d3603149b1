package io.hypr.core.internal.engine;

import io.hypr.core.internal.Settings;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** How large a container's microVM is. */
final class Size {

    private static final long MIB = 1L << 20;

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
        double cpus = spec.cpus == 0 ? settings.processors() : spec.cpus;
        if (spec.cpus != 0 && !(spec.cpus >= 0.01 && spec.cpus <= host)) {
            throw NewContainer.invalid(String.format("Range of CPUs is from 0.01 to %d.00, as there are only %d CPUs available", host, host));
        }
        info.processors = Math.clamp(Math.round(Math.ceil(cpus)), 1, 254);
        long memory = spec.memory == 0 ? settings.memory() : spec.memory;
        if (memory < 6 * MIB) {
            throw NewContainer.invalid("Minimum memory limit allowed is 6MB");
        }
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
        info.maxProcessors = Math.max(info.processors, spec.maxProcessors);
        info.maxMemory = spec.maxMemory == 0 ? info.memory : Math.max(info.memory, steps(spec.maxMemory));
    }

    /** @return host processors that the VMM may keep busy; 0 = no limit, since whole processors limit themselves by their number */
    static double share(ContainerSpec spec) {
        return spec.cpus == Math.rint(spec.cpus) ? 0 : spec.cpus;
    }

    /** @return whether the microVM is to be one that can grow */
    static boolean grows(ContainerInfo info) {
        return info.maxProcessors > info.processors || info.maxMemory > info.memory;
    }
}
