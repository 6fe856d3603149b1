package io.hypr.core.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What the engine was configured with, checked.
 *
 * @param home directory of records, disks and logs
 * @param run directory for sockets of VMMs
 * @param vmlinux kernel as an ELF file
 * @param bzImage the same kernel as a bzImage
 * @param initramfs with the agent
 * @param backends names, the first choice first
 * @param processors of a microVM
 * @param memory of a microVM, bytes
 * @param disk size of a writable disk, bytes
 * @param subnets for networks, in order
 * @param routes file with the host's IPv4 routes, as /proc/net/route has them
 * @param nameServers for hosts that have only local ones
 * @param firstUid user of the first VMM; the next has the next
 * @param templates whether microVMs start from templates unless a container says otherwise
 * @param templateRoom bytes that templates may take on the disk together
 * @param hello how many seconds a microVM may take to boot
 * @param waits how long it waits for what may pass
 * @param version of HYPR
 * @param points is told what plans do; for tests
 */
public record Settings(
        Path home, Path run, Path vmlinux, Path bzImage, Path initramfs, List<String> backends, double processors, long memory, long disk,
        List<String> subnets, Path routes, List<String> nameServers, int firstUid, boolean templates, long templateRoom, int hello,
        Waits waits, String version, Consumer<String> points) {

    /**
     * How long the engine waits for what may pass.
     *
     * @param again until it does again what failed for a reason that may pass, such as a full disk
     * @param fromTemplate how long the agent may take to answer from a template, which takes it some milliseconds
     */
    public record Waits(Duration again, Duration fromTemplate) {

        /** Outside of tests. */
        public static final Waits USUAL = new Waits(Duration.ofSeconds(5), Duration.ofSeconds(10));
    }

    /** Keys of the configuration. */
    public static final Set<String> KEYS = new TreeSet<>(Set.of("backends", "cpus", "memory", "disk", "subnets", "nameservers", "uid.first", "boot.seconds",
        "kernel.vmlinux", "kernel.bzimage", "kernel.initramfs", "templates", "templates.size"));

    /** Copies the lists. */
    public Settings {
        backends = List.copyOf(backends);
        subnets = List.copyOf(subnets);
        nameServers = List.copyOf(nameServers);
    }
}
