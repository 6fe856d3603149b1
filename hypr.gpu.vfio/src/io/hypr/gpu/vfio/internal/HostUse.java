package io.hypr.gpu.vfio.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds why the host would be hurt if it lost a function: it boots from it, mounts it, reaches the world by it, or programs have its device files open. One
 * instance is one look at the host; it looks at each thing when first asked.
 */
final class HostUse {

    /** A block device of NVMe's multipath that lies below its controller; users see the other one. */
    private static final Pattern NVME_PATH = Pattern.compile("nvme(\\d+)c\\d+n(\\d+)");
    private static final Pattern MINOR = Pattern.compile("(?m)^Device Minor:\\s*(\\d+)$");

    private final HostTree host;
    private Map<String, Path> disks;
    private Map<String, Path> interfaces;
    private Map<String, Path> nodes;
    private Map<String, String> mounts;
    private Set<String> routed;
    private Map<String, String> openers;

    HostUse(HostTree host) {
        this.host = host;
    }

    /**
     * @param f a function that a driver of the host has
     * @return why the host needs it, a part of a sentence; empty if nothing shows that it does
     */
    Optional<String> of(PciFunction f) {
        return screen(f).or(() -> virtualFunctions(f)).or(() -> disk(f)).or(() -> network(f)).or(() -> program(f));
    }

    private Optional<String> screen(PciFunction f) {
        if (!f.bootVga() || f.isVfio()) {
            return Optional.empty();
        }
        if (!f.isIdle()) {
            return Optional.of("it is the host's screen (boot VGA, driver " + f.driver() + ")");
        }
        return host.list(host.path("sys/class/graphics")).stream().anyMatch(p -> p.getFileName().toString().matches("fb\\d+") && isPlatform(p))
                ? Optional.of("the host's console is drawn on it by the firmware's frame buffer") : Optional.empty();
    }

    private boolean isPlatform(Path frameBuffer) {
        return host.real(frameBuffer).toString().contains("/devices/platform/");
    }

    private static Optional<String> virtualFunctions(PciFunction f) {
        return f.virtualFunctions() == 0 ? Optional.empty() : Optional.of("it has made " + f.virtualFunctions() + " virtual functions, which would vanish");
    }

    private Optional<String> disk(PciFunction f) {
        disks = disks == null ? devices("sys/class/block") : disks;
        for (String name : below(disks, f)) {
            Matcher path = NVME_PATH.matcher(name);
            String seen = path.matches() ? "nvme" + path.group(1) + "n" + path.group(2) : name;
            Optional<String> why = diskUse(seen, new HashSet<>());
            if (why.isPresent()) {
                return why;
            }
        }
        return Optional.empty();
    }

    /** A disk serves by itself, by its partitions, or by what is laid over it: LVM, RAID, encryption. */
    private Optional<String> diskUse(String name, Set<String> seen) {
        if (!seen.add(name)) {
            return Optional.empty();
        }
        Path block = host.path("sys/class/block").resolve(name);
        String mounted = mounts().getOrDefault(name, mounts().get(host.read(block.resolve("dev"))));
        if (mounted != null) {
            return Optional.of("its disk " + name + " is " + mounted);
        }
        List<Path> holders = host.list(block.resolve("holders"));
        List<Path> parts = host.list(block).stream().filter(p -> !host.read(p.resolve("partition")).isEmpty()).toList();
        for (List<Path> over : List.of(holders, parts)) {
            for (Path p : over) {
                Optional<String> why = diskUse(p.getFileName().toString(), seen);
                if (why.isPresent()) {
                    return why;
                }
            }
        }
        return holders.isEmpty() ? Optional.empty() : Optional.of("its disk " + name + " is a part of " + holders.getFirst().getFileName());
    }

    /** By name and by number of the block device: what is done with it. Both, since Btrfs mounts under numbers of its own, and LVM under names of its own. */
    private Map<String, String> mounts() {
        if (mounts == null) {
            mounts = new TreeMap<>();
            for (String process : List.of("proc/1/mountinfo", "proc/self/mountinfo")) {
                for (String line : host.lines(host.path(process))) {
                    String[] words = line.split(" ");
                    int end = List.of(words).indexOf("-");
                    if (end > 4 && words.length > end + 2) {
                        String at = "mounted at " + words[4];
                        mounts.putIfAbsent(words[2], at);
                        mounts.putIfAbsent(words[end + 2].replaceFirst("^/dev/", ""), at);
                    }
                }
            }
            for (String line : host.lines(host.path("proc/swaps"))) {
                mounts.putIfAbsent(line.split("\\s")[0].replaceFirst("^/dev/", ""), "used as swap space");
            }
        }
        return mounts;
    }

    private Optional<String> network(PciFunction f) {
        interfaces = interfaces == null ? devices("sys/class/net") : interfaces;
        for (String name : below(interfaces, f)) {
            String over = routedOver(name, new HashSet<>());
            if (over != null) {
                return Optional.of("the host's default route leads over its interface " + name + (over.equals(name) ? "" : " (below " + over + ")"));
            }
        }
        return Optional.empty();
    }

    /** An interface carries what is built on it too: bonds, bridges, VLANs. */
    private String routedOver(String name, Set<String> seen) {
        if (!seen.add(name) || routed().contains(name)) {
            return routed().contains(name) ? name : null;
        }
        for (Path p : host.list(host.path("sys/class/net").resolve(name))) {
            String link = p.getFileName().toString();
            if (link.startsWith("upper_")) {
                String over = routedOver(link.substring("upper_".length()), seen);
                if (over != null) {
                    return over;
                }
            }
        }
        return null;
    }

    private Set<String> routed() {
        if (routed == null) {
            routed = new TreeSet<>();
            for (String line : host.lines(host.path("proc/net/route"))) {
                String[] words = line.split("\\s+");
                if (words.length > 7 && words[1].equals("00000000") && words[7].equals("00000000")) {
                    routed.add(words[0]);
                }
            }
            for (String line : host.lines(host.path("proc/net/ipv6_route"))) {
                String[] words = line.strip().split("\\s+");
                if (words.length > 9 && words[0].matches("0+") && words[1].equals("00") && !words[9].equals("lo")) {
                    routed.add(words[9]);
                }
            }
        }
        return routed;
    }

    /** A driver is not taken away from programs that use its device: most wait for them in the kernel, without an end. */
    private Optional<String> program(PciFunction f) {
        nodes = nodes == null ? nodes() : nodes;
        List<String> own = new ArrayList<>(below(nodes, f));
        Matcher minor = MINOR.matcher(host.read(host.path("proc/driver/nvidia/gpus/" + f.address() + "/information")));
        if (minor.find()) {
            own.add("nvidia" + minor.group(1));
        }
        return own.stream().filter(n -> openers().containsKey(n)).findFirst().map(n -> "/dev/" + n + " is open in " + openers().get(n));
    }

    /** Names of device files, disks left out: those are in use when they are mounted. */
    private Map<String, Path> nodes() {
        Map<String, Path> all = new TreeMap<>();
        for (Path number : host.list(host.path("sys/dev/char"))) {
            host.lines(number.resolve("uevent")).stream().filter(l -> l.startsWith("DEVNAME=")).findFirst()
                    .ifPresent(l -> all.put(l.substring("DEVNAME=".length()), host.real(number)));
        }
        return all;
    }

    private Map<String, String> openers() {
        if (openers == null) {
            openers = new TreeMap<>();
            for (Path process : host.list(host.path("proc"))) {
                String pid = process.getFileName().toString();
                if (!pid.matches("\\d+")) {
                    continue;
                }
                for (Path descriptor : host.list(process.resolve("fd"))) {
                    String file = host.wholeTarget(descriptor);
                    if (file.startsWith("/dev/")) {
                        openers.computeIfAbsent(file.substring("/dev/".length()), n -> "process " + pid + " (" + host.read(process.resolve("comm")) + ")");
                    }
                }
            }
        }
        return openers;
    }

    /**
     * @param node name of a device file below /dev
     * @return {@code process 4711 (qemu-system-x86)}, or {@code a process} if none of those that can be seen has it
     */
    String opener(String node) {
        return openers().getOrDefault(node, "a process");
    }

    private Map<String, Path> devices(String classDirectory) {
        Map<String, Path> all = new TreeMap<>();
        host.list(host.path(classDirectory)).forEach(p -> all.put(p.getFileName().toString(), host.real(p)));
        return all;
    }

    private static List<String> below(Map<String, Path> devices, PciFunction f) {
        return devices.entrySet().stream().filter(e -> e.getValue().startsWith(f.directory())).map(Map.Entry::getKey).toList();
    }
}
