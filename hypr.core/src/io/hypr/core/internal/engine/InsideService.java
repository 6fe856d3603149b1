package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.hypr.engine.ContainerState;
import io.hypr.engine.Insides;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What front ends ask of the inside of containers. Merlin, in the microVM, answers. */
public class InsideService implements Insides {

    /** What the start makes in every container: no changes of its own. */
    private static final Set<String> MADE = Set.of("/dev", "/proc", "/sys", "/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf");
    /** Directories that a start makes on the disk, a block each: two of the overlay's own, its upper one and /etc there; one more for each mount. */
    private static final int MADE_DIRECTORIES = 4;
    private static final int BLOCK = 4096;
    private static final int ENOENT = 2;
    private static final int ENOTDIR = 20;
    private static final int EBADMSG = 74;
    private static final int PAGE = 4096;

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public InsideService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public Tree open(String name) {
        Container container = engine.get().find(name);
        Run run = container.run();
        if (run != null && container.runs()) {
            awake(container);
            return new OpenTree(name, container, run, () -> { });
        }
        container.operation().lock();
        Runnable end = container.operation()::unlock;
        try {
            boolean cleared = new Reconciler(engine.get()).mend(container);
            if (container.isRemoved() || container.state() == ContainerState.REMOVING || container.state() == ContainerState.DEAD) {
                throw new HyprException(ErrorCode.CONFLICT, "container is marked for removal and has no files any more");
            }
            if (container.run() != null) { // It was started meanwhile.
                return new OpenTree(name, container, container.run(), end);
            }
            if (!cleared) {
                throw Clearing.left(container);
            }
            Visit visit = new Visit(engine.get(), container);
            return new OpenTree(name, container, visit.begin(), () -> {
                try {
                    visit.end();
                } finally {
                    container.operation().unlock();
                }
            });
        } catch (RuntimeException | Error e) {
            end.run();
            throw e;
        }
    }

    /**
     * @param name as the container was named
     * @param container that it is
     * @param run of its microVM, or of one that it was given for this
     * @param end gives back what was taken
     */
    private record OpenTree(String name, Container container, Run run, Runnable end) implements Tree {

        @Override
        public FileInfo stat(String path) {
            String said = ask(path, () -> text(new Merlin(run).ask("stat", path)));
            String[] parts = said.split(" ", 4);
            return new FileInfo(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]);
        }

        @Override
        public void get(String path, String inArchive, OutputStream to) {
            ask(path, () -> {
                Merlin.move(run, List.of("get", path, inArchive), null, to);
                return null;
            });
            container.event("archive-path", Map.of());
        }

        @Override
        public void put(String directory, InputStream archive) {
            if (container.ask(r -> r.info.spec.readOnly)) {
                throw new HyprException(ErrorCode.DENIED, "container rootfs is marked read-only");
            }
            ask(directory, () -> {
                Merlin.move(run, List.of("put", directory), archive, OutputStream.nullOutputStream());
                return null;
            });
            container.event("extract-to-dir", Map.of());
        }

        @Override
        public List<Change> changes() {
            return compared(ask("/", () -> text(new Merlin(run).ask("diff"))));
        }

        private <T> T ask(String path, Supplier<T> act) {
            try {
                return act.get();
            } catch (Merlin.Failure e) {
                if (e.errno() == ENOENT || e.errno() == ENOTDIR && e.getMessage().equals(path)) {
                    throw new HyprException(ErrorCode.NOT_FOUND, "Could not find the file " + path + " in container " + name, e);
                }
                throw new HyprException(ErrorCode.INVALID, e.errno() == EBADMSG ? e.getMessage() : e.getMessage() + ": " + Errno.text(e.errno()), e);
            }
        }

        @Override
        public void close() {
            end.run();
        }
    }

    /** Directories that only hold changes are changes too, as Docker has it; what the start makes is none. */
    static List<Change> compared(String said) {
        Map<String, Character> kinds = new TreeMap<>();
        for (String line : said.split("\0")) {
            if (!line.isEmpty() && !(MADE.contains(line.substring(1)) && line.charAt(0) == 'A')) {
                kinds.put(line.substring(1), line.charAt(0));
            }
        }
        Map<String, Character> all = new TreeMap<>();
        kinds.forEach((path, kind) -> {
            if (kind == 'A' || kind == 'C' || kind == 'D' || kind == 'T' && MADE.stream().noneMatch(m -> m.startsWith(path + "/"))) {
                all.put(path, kind == 'T' ? 'C' : kind);
                for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
                    all.putIfAbsent(path.substring(0, slash), 'C');
                }
            }
        });
        return all.entrySet().stream().map(e -> new Change(e.getValue(), e.getKey())).toList();
    }

    @Override
    public Processes processes(String name) {
        Run run = running(name);
        Processes now = processes(ask(run, "top").split("\0", -1));
        engine.get().find(name).event("top", Map.of());
        return now;
    }

    static Processes processes(String[] fields) {
        Map<Integer, String> users = new HashMap<>();
        fields[2].lines().map(l -> l.split(":")).filter(p -> p.length > 2 && p[2].matches("[0-9]{1,9}"))
            .forEach(p -> users.putIfAbsent(Integer.valueOf(p[2]), p[0]));
        Map<Integer, Integer> inner = new HashMap<>();
        for (int at = 3; at + 4 < fields.length; at += 5) {
            if (!fields[at + 3].isEmpty()) {
                inner.put(Integer.parseInt(fields[at + 3].split(" ", 2)[0]), Integer.parseInt(fields[at]));
            }
        }
        List<Insides.Process> list = new ArrayList<>();
        for (int at = 3; at + 4 < fields.length; at += 5) {
            if (!fields[at + 3].isEmpty()) { // Else it has ended meanwhile.
                list.add(process(fields, at, inner));
            }
        }
        list.sort(Comparator.comparingInt(Insides.Process::pid));
        return new Processes(Double.parseDouble(fields[0].split(" ")[0]), number(fields[1], "MemTotal:") * 1024, users, list);
    }

    private static Insides.Process process(String[] fields, int at, Map<Integer, Integer> inner) {
        String stat = fields[at + 3];
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        String[] s = stat.substring(stat.lastIndexOf(')') + 2).strip().split(" ");
        int group = Integer.parseInt(s[2]);
        return new Insides.Process(Integer.parseInt(fields[at]), inner.getOrDefault(Integer.valueOf(s[1]), 0), Integer.parseInt(fields[at + 1]),
            Integer.parseInt(fields[at + 2]), s[0].charAt(0), inner.getOrDefault(Integer.valueOf(s[3]), 0), inner.getOrDefault(group, 0),
            Integer.parseInt(s[4]), Integer.parseInt(s[5]) == group,
            Long.parseLong(s[11]) + Long.parseLong(s[12]), Long.parseLong(s[19]), Integer.parseInt(s[16]), Integer.parseInt(s[17]), Long.parseLong(s[20]),
            Long.parseLong(s[21]) * PAGE, name, fields[at + 4].isEmpty() ? "[" + name + "]" : fields[at + 4]);
    }

    @Override
    public Usage usage(String name) {
        return usage(ask(running(name), "show", "/proc/uptime", "/proc/meminfo", "/cgroup/container/cpu.stat", "/cgroup/container/memory.stat",
            "/cgroup/container/memory.current", "/cgroup/container/pids.current", "/proc/net/dev", "/proc/diskstats").split("\0", -1));
    }

    @Override
    public long disk(String name) {
        Container container = engine.get().find(name);
        Path upper = Machine.upper(container.directory());
        try {
            if (engine.get().handover().has(container.id())) {
                return 0;
            }
            long made = (long) (MADE_DIRECTORIES + container.ask(r -> r.info.spec.mounts.size() + r.info.spec.tmpfs.size())) * BLOCK;
            return Math.max(0, engine.get().services().roots().written(upper) - made);
        } catch (NoSuchFileException e) {
            return 0; // It was never started.
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The disk " + upper + " cannot be looked at.", e);
        }
    }

    static Usage usage(String[] said) {
        long limit = number(said[1], "MemTotal:") * 1024;
        long memory = said[4].isBlank() ? limit - number(said[1], "MemAvailable:") * 1024
            : Math.max(0, Long.parseLong(said[4].strip()) - number(said[3], "inactive_file"));
        long[] octets = new long[4];
        said[6].lines().map(l -> l.strip().split("[:\\s]+")).filter(w -> w.length > 9 && w[0].startsWith("eth")).forEach(w -> {
            octets[0] += Long.parseLong(w[1]);
            octets[1] += Long.parseLong(w[9]);
        });
        said[7].lines().map(l -> l.strip().split("\\s+")).filter(w -> w.length > 9 && w[2].matches("vd[a-z]")).forEach(w -> {
            octets[2] += Long.parseLong(w[5]) * 512;
            octets[3] += Long.parseLong(w[9]) * 512;
        });
        long processes = said[5].isBlank() ? 0 : Long.parseLong(said[5].strip());
        return new Usage(number(said[2], "usage_usec"), memory, limit, processes, octets[0], octets[1], octets[2], octets[3],
            Math.round(Double.parseDouble(said[0].split(" ")[0]) * 1e9));
    }

    private static long number(String text, String key) {
        return text.lines().filter(l -> l.startsWith(key)).map(l -> l.substring(key.length()).strip().split(" ")[0])
            .mapToLong(Long::parseLong).findFirst().orElse(0);
    }

    private static String text(byte[] octets) {
        return new String(octets, StandardCharsets.UTF_8);
    }

    private String ask(Run run, String... words) {
        try {
            return text(new Merlin(run).ask(words));
        } catch (Merlin.Failure e) {
            throw new HyprException(ErrorCode.INTERNAL, "The microVM cannot be looked into: " + e.getMessage() + ": " + Errno.text(e.errno()), e);
        }
    }

    private Run running(String name) {
        Container container = engine.get().find(name);
        Run run = container.running();
        awake(container);
        return run;
    }

    private static void awake(Container container) {
        if (container.state() == ContainerState.PAUSED) {
            throw new HyprException(ErrorCode.CONFLICT, "Container " + container.name() + " is paused: its microVM answers nothing.")
                .remedy("Let it go on: hypr unpause " + container.name());
        }
    }
}
