package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Facts about this host. */
final class HostFacts {

    private HostFacts() {
    }

    /** @return bytes of memory; very many if that cannot be found out */
    static long memory() {
        return lines("/proc/meminfo").stream().filter(l -> l.startsWith("MemTotal:")).findFirst()
            .map(l -> Long.parseLong(l.replaceAll("[^0-9]", "")) << 10).orElse(Long.MAX_VALUE);
    }

    /** @return such as {@code Debian GNU/Linux 12 (bookworm)} */
    static String operatingSystem() {
        return lines("/etc/os-release").stream().filter(l -> l.startsWith("PRETTY_NAME=")).findFirst()
            .map(l -> l.substring(12).replace("\"", "")).orElse(System.getProperty("os.name"));
    }

    /** @return whether the host speaks IPv6 */
    static boolean ipv6() {
        return !lines("/proc/net/if_inet6").isEmpty();
    }

    /** @return the host's name */
    static String hostname() {
        return lines("/proc/sys/kernel/hostname").stream().findFirst().orElse("localhost");
    }

    /** @return Docker's word for the architecture */
    static String architecture() {
        String arch = System.getProperty("os.arch");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException e) {
            return List.of(); // Not Linux: the callers have something else to say.
        }
    }
}
