package io.hypr.core.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.hypr.core.internal.link.Setup;

/**
 * Flags of mount(2) by the names that options have, and what else they say.
 *
 * @param flags of mount(2)
 * @param data options for the file system
 */
record MountFlags(long flags, String data) {

    private static final long NOSUID = 2;
    private static final long NODEV = 4;
    private static final long NOEXEC = 8;

    /** Of /dev/shm. */
    static final long SHM = NOSUID | NODEV | NOEXEC;

    private static final Map<String, Long> SET =
            Map.of("ro", 1L, "nosuid", NOSUID, "nodev", NODEV, "noexec", NOEXEC, "sync", 16L, "noatime", 1024L, "nodiratime",
        2048L, "relatime", 1L << 21, "strictatime", 1L << 24);
    private static final Map<String, Long> CLEAR = Map.of("rw", 1L, "suid", NOSUID, "dev", NODEV, "exec", NOEXEC);

    /**
     * @param options with commas between them
     * @param flags without any
     * @param set names that set flags
     * @param clear names that clear flags
     * @return what they come to; the last word about a flag counts
     */
    static MountFlags of(String options, long flags, Map<String, Long> set, Map<String, Long> clear) {
        long all = flags;
        List<String> data = new ArrayList<>();
        for (String option : options.split(",")) {
            if (set.containsKey(option)) {
                all |= set.get(option);
            } else if (clear.containsKey(option)) {
                all &= ~clear.get(option);
            } else if (!option.isEmpty()) {
                data.add(option);
            }
        }
        return new MountFlags(all, String.join(",", data));
    }

    /** As {@code --tmpfs} has them. */
    static Setup.Mount tmpfs(String target, String options) {
        MountFlags all = of(options, NOSUID | NODEV | NOEXEC, SET, CLEAR);
        return new Setup.Mount("tmpfs", target, "tmpfs", all.flags, all.data, 0);
    }
}
