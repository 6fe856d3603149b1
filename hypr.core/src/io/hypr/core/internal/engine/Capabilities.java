package io.hypr.core.internal.engine;

import java.util.List;
import java.util.Locale;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Capabilities of Linux by name (capabilities(7)). */
final class Capabilities {

    private static final String PREFIX = "CAP_";
    private static final String EVERY = "ALL";

    private static final List<String> NAMES = List.of("CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER", "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT",
        "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE", "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE",
        "AUDIT_CONTROL", "SETFCAP", "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF", "CHECKPOINT_RESTORE");

    /** All that there are. */
    static final long ALL = (1L << NAMES.size()) - 1;

    /** What Docker gives to a container that asks for nothing. */
    static final long DEFAULT = mask(List.of("CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
        "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"));

    private Capabilities() {
    }

    private static long mask(List<String> names) {
        long mask = 0;
        for (String text : names) {
            String name = full(text);
            mask |= name.equals(EVERY) ? ALL : 1L << NAMES.indexOf(name.substring(PREFIX.length()));
        }
        return mask;
    }

    /** As Docker shows it: {@code CAP_NET_ADMIN} for {@code net_admin}, and {@code ALL}. */
    private static String full(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        return name.equals(EVERY) || name.startsWith(PREFIX) ? name : PREFIX + name;
    }

    /**
     * Checks names, and writes them as Docker does.
     *
     * @param names as they were typed
     * @param what they are for, {@code CapAdd} or {@code CapDrop}
     * @return their full names in order, each once
     */
    static List<String> checked(List<String> names, String what) {
        List<String> all = names.stream().map(Capabilities::full).sorted().distinct().toList();
        for (String name : all) {
            if (!name.equals(EVERY) && !NAMES.contains(name.substring(PREFIX.length()))) {
                throw new HyprException(ErrorCode.INVALID, "invalid " + what + ": unknown capability: \"" + name + "\"")
                    .remedy("Name one of capabilities(7), such as NET_ADMIN, or ALL.");
            }
        }
        return all;
    }

    /**
     * @param add names to add to the default set; ALL replaces it
     * @param drop names to take away; ALL leaves only what is added
     * @return the mask
     */
    static long of(List<String> add, List<String> drop) {
        long added = mask(add);
        long dropped = mask(drop);
        if (dropped == ALL) {
            return added == ALL ? ALL & ~mask(drop.stream().filter(d -> !d.equalsIgnoreCase("ALL")).toList()) : added;
        }
        return (DEFAULT | added) & ~dropped;
    }
}
