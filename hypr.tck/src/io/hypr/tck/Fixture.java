package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import io.hypr.vmm.VmPlan;

/** What one microVM of a test has on the host: a directory, disks, a plan. Finds whatever of a microVM is there. */
public final class Fixture implements AutoCloseable {

    /** What {@link #SHELL_COMMAND} writes in the guest. */
    static final String WRITTEN = "written-by-the-guest-" + Long.toHexString(ThreadLocalRandom.current().nextLong());
    static final List<String> SHELL_COMMAND = List.of("/bin/sh", "-c", "echo " + WRITTEN + " > /written");

    private static final int NOBODY = 65_534;
    private static final long MEMORY = 128L << 20;
    private static final int LAST_LINES = 20;

    /** An image with a shell. It is made once, since an emulated host compresses for almost two seconds. */
    private static final class Shell {

        static final Path IMAGE = make();

        private Shell() {
        }

        private static Path make() {
            Path shell = Path.of("/bin/busybox");
            if (!Files.exists(shell)) {
                throw new AssertionError("The tests need a static shell: install busybox-static");
            }
            try {
                Path tree = Files.createTempDirectory("tck");
                Path programs = Files.createDirectories(tree.resolve("root/bin"));
                Files.copy(shell, programs.resolve("busybox"));
                Files.createSymbolicLink(programs.resolve("sh"), Path.of("busybox"));
                Path file = Files.createTempFile("tck", ".sqfs");
                file.toFile().deleteOnExit();
                tool("gensquashfs", "-q", "-f", "-c", "zstd", "-D", programs.getParent().toString(), file.toString());
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
                remove(tree);
                return file;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    private final Path directory;
    private final Path image;
    private final Path upper;
    private final VmPlan plan;
    private final BiPredicate<Long, VmPlan> belongs;

    Fixture(VmPlan.Boot boot, BiPredicate<Long, VmPlan> belongs) throws IOException {
        this.belongs = belongs;
        byte[] random = new byte[32];
        ThreadLocalRandom.current().nextBytes(random);
        String id = HexFormat.of().formatHex(random);
        directory = Files.createTempDirectory("tck");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        image = Files.createLink(directory.resolve("image"), Shell.IMAGE);
        upper = directory.resolve("upper");
        tool("truncate", "-s", "64M", upper.toString());
        tool("mkfs.ext4", "-q", "-F", upper.toString());
        Files.setAttribute(upper, "unix:uid", NOBODY);
        Path run = Files.createDirectory(directory.resolve("run"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        plan = new VmPlan(id, 1, 1, MEMORY, MEMORY, boot, List.of(new VmPlan.Disk(image, true), new VmPlan.Disk(upper, false)), List.of(),
                List.of(), List.of(), run,
            directory.resolve("log"), new VmPlan.Jail(NOBODY, NOBODY, "tck/" + id.substring(0, 12)), Set.of(), Map.of());
    }

    Fixture sibling() throws IOException {
        return new Fixture(plan.boot(), belongs);
    }

    /** @return a directory of this test alone */
    public Path directory() {
        return directory;
    }

    /** @return one processor, 128 MiB, a read-only disk with a shell and an empty writable one; no network */
    public VmPlan plan() {
        return plan;
    }

    /**
     * @param processors of the guest
     * @param memory of the guest in bytes
     * @return {@link #plan()} with them
     */
    public VmPlan with(int processors, long memory) {
        return growing(processors, processors, memory, memory, plan.facets());
    }

    VmPlan growing(int processors, int maxProcessors, long memory, long maxMemory, Set<String> facets) {
        return new VmPlan(plan.id(), processors, maxProcessors, memory, maxMemory, plan.boot(), plan.disks(), plan.nics(), plan.devices(),
                plan.shares(), plan.runDirectory(), plan.log(), plan.jail(),
            facets, plan.options());
    }

    /**
     * @param options of the backend
     * @return {@link #plan()} with them
     */
    public VmPlan withOptions(Map<String, String> options) {
        return with(plan.disks(), plan.nics(), List.of(), List.of(), plan.facets(), options);
    }

    VmPlan withArguments(List<String> arguments) {
        VmPlan.Boot boot = new VmPlan.Boot(plan.boot().vmlinux(), plan.boot().bzImage(), plan.boot().initramfs(), arguments);
        return new VmPlan(plan.id(), plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), boot, plan.disks(), plan.nics(),
                plan.devices(), plan.shares(), plan.runDirectory(), plan.log(), plan.jail(), plan.facets(), plan.options());
    }

    VmPlan withFacets(Set<String> facets) {
        return with(plan.disks(), plan.nics(), List.of(), List.of(), facets, plan.options());
    }

    /**
     * @param devices to pass through
     * @return {@link #plan()} with them
     */
    public VmPlan withDevices(List<VmPlan.PassThrough> devices) {
        return with(plan.disks(), plan.nics(), devices, List.of(), plan.facets(), plan.options());
    }

    VmPlan withShares(List<VmPlan.Share> shares) {
        return with(plan.disks(), plan.nics(), List.of(), shares, plan.facets(), plan.options());
    }

    /**
     * @param file of a further disk
     * @return {@link #plan()} with it
     */
    public VmPlan withDisk(Path file) {
        List<VmPlan.Disk> disks = new ArrayList<>(plan.disks());
        disks.add(new VmPlan.Disk(file, false));
        return with(disks, plan.nics(), List.of(), List.of(), plan.facets(), plan.options());
    }

    VmPlan onDisksOf(Fixture other) {
        return with(other.plan.disks(), plan.nics(), List.of(), List.of(), plan.facets(), plan.options());
    }

    /**
     * @param tap of its only interface
     * @param mac of the guest's side
     * @return {@link #plan()} with them
     */
    public VmPlan withNic(String tap, String mac) {
        return with(plan.disks(), List.of(new VmPlan.Nic(tap, mac, 1500)), List.of(), List.of(), plan.facets(), plan.options());
    }

    private VmPlan with(List<VmPlan.Disk> disks, List<VmPlan.Nic> nics, List<VmPlan.PassThrough> devices, List<VmPlan.Share> shares,
            Set<String> facets, Map<String, String> options) {
        return new VmPlan(plan.id(), plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), plan.boot(), disks, nics,
                devices, shares, plan.runDirectory(), plan.log(), plan.jail(),
            facets, options);
    }

    /**
     * @param name of the file
     * @param size as truncate(1) takes it
     * @return a writable disk that is in no plan yet
     * @throws IOException if it cannot be made
     */
    public Path disk(String name, String size) throws IOException {
        Path file = directory.resolve(name);
        tool("truncate", "-s", size, file.toString());
        Files.setAttribute(file, "unix:uid", NOBODY);
        return file;
    }

    static boolean hasControlGroups() throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo")).lines().anyMatch(line -> line.contains(" - cgroup"));
    }

    /** The processes of the microVM. */
    List<Long> processes() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            return all.map(p -> p.getFileName().toString()).filter(n -> n.matches("\\d+")).map(Long::valueOf).filter(pid -> belongs.test(pid, plan)).toList();
        }
    }

    boolean isIdle() {
        try {
            return processes().isEmpty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static boolean isInGroup(long pid, VmPlan plan) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "cgroup")).lines().anyMatch(line -> line.endsWith("/" + plan.jail().cgroup()));
        } catch (IOException e) {
            return false; // It has ended meanwhile.
        }
    }

    /** All that a launch made and that is still there, for messages. */
    List<String> traces() {
        List<String> traces = new ArrayList<>();
        try {
            processes().forEach(pid -> traces.add("process " + pid));
            controlGroups().forEach(group -> traces.add("control group " + group));
            try (Stream<Path> files = Files.list(plan.runDirectory())) {
                files.forEach(file -> traces.add("file " + file));
            }
        } catch (NoSuchFileException e) {
            return traces; // The run directory is away, and all in it.
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return traces;
    }

    /** The end of the VMM's log, for whoever looks for the reason of a failure. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(plan.log(), StandardCharsets.ISO_8859_1);
            String words = String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())).strip();
            return words.isEmpty() ? "none" : words;
        } catch (IOException e) {
            return "none: " + e;
        }
    }

    /**
     * Reads a limit of the microVM's control group.
     *
     * @param files of version 2 and of version 1
     * @return its first word; empty if there is no such file
     */
    String limit(String... files) throws IOException {
        for (Path group : controlGroups()) {
            for (String file : files) {
                if (Files.exists(group.resolve(file))) {
                    return Files.readString(group.resolve(file)).split("\\s")[0];
                }
            }
        }
        return "";
    }

    /** Those of the microVM, wherever they hang. Others come and go while one looks. */
    private List<Path> controlGroups() throws IOException {
        Path name = Path.of(plan.jail().cgroup()).getFileName();
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(Path.of("/sys/fs/cgroup"), Set.of(), 6, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                if (directory.endsWith(name)) {
                    found.add(directory);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e) {
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    void emptyRunDirectory() throws IOException {
        remove(plan.runDirectory());
        Files.createDirectory(plan.runDirectory());
    }

    void assertGone() {
        assertEquals(List.of(), traces(), "what is left of the microVM");
    }

    void assertDisksThere() {
        assertTrue(Files.exists(image) && Files.exists(upper), "the disks are there");
    }

    void assertDisksUntouched() throws IOException {
        assertDisksThere();
        assertTrue(!upperHolds(WRITTEN));
    }

    String log() {
        try {
            return Files.readString(plan.log(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    boolean upperHolds(String text) throws IOException {
        return new String(Files.readAllBytes(upper), StandardCharsets.ISO_8859_1).contains(text);
    }

    /** Waits for a condition that nobody announces. */
    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + VmmBackendContract.LONG.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Waited " + VmmBackendContract.LONG.toSeconds() + " s in vain: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
        }
    }

    private static void tool(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + words);
        }
    }

    @Override
    public void close() throws IOException {
        remove(directory);
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What an interface of a microVM can be attached to. Goes with the test. */
    public interface Network extends AutoCloseable {

        /** @return how plans name it */
        String name();

        @Override
        void close() throws IOException;
    }

    /**
     * A tap.
     *
     * @param name of the interface
     */
    public record Tap(String name) implements Network {

        /**
         * Makes one.
         *
         * @param uid of the user who may open it
         * @return a tap that is up
         * @throws IOException if it cannot be made
         */
        public static Tap make(int uid) throws IOException {
            String name = "tck" + Integer.toHexString(ThreadLocalRandom.current().nextInt());
            tool("ip", "tuntap", "add", name, "mode", "tap", "user", Integer.toString(uid));
            tool("ip", "link", "set", name, "up");
            return new Tap(name);
        }

        @Override
        public void close() throws IOException {
            tool("ip", "link", "delete", name);
        }
    }
}
