package io.hypr.core.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.hypr.core.internal.link.Setup;

/** Flags of mount(2) by the names that {@code --tmpfs} takes. */
final class MountFlags {

    private static final long NOSUID = 2;
    private static final long NODEV = 4;
    private static final long NOEXEC = 8;

    /** Of /dev/shm. */
    static final long SHM = NOSUID | NODEV | NOEXEC;

    private static final Map<String, Long> SET =
            Map.of("ro", 1L, "nosuid", NOSUID, "nodev", NODEV, "noexec", NOEXEC, "sync", 16L, "noatime", 1024L, "nodiratime",
        2048L, "relatime", 1L << 21, "strictatime", 1L << 24);
    private static final Map<String, Long> CLEAR = Map.of("rw", 1L, "suid", NOSUID, "dev", NODEV, "exec", NOEXEC);

    private MountFlags() {
    }

    static Setup.Mount tmpfs(String target, String options) {
        long flags = NOSUID | NODEV | NOEXEC;
        List<String> rest = new ArrayList<>();
        for (String option : options.split(",")) {
            if (SET.containsKey(option)) {
                flags |= SET.get(option);
            } else if (CLEAR.containsKey(option)) {
                flags &= ~CLEAR.get(option);
            } else if (!option.isEmpty()) {
                rest.add(option);
            }
        }
        return new Setup.Mount("tmpfs", target, "tmpfs", flags, String.join(",", rest), 0);
    }
}
