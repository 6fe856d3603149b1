package io.hypr.core.internal.engine;

import java.util.List;

import io.hypr.core.internal.link.RunProcess.First;

/** Paths of the kernel's file systems that Docker keeps from containers that are not privileged; those that a kernel has not do no harm. */
final class SystemPaths {

    private static final List<String> HIDDEN = List.of("/proc/asound", "/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap");
    private static final List<String> READ_ONLY = List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    private SystemPaths() {
    }

    /** What an unprivileged container does not see, and what it cannot write to. */
    static First guarded(boolean init) {
        return new First(HIDDEN, READ_ONLY, init);
    }
}
