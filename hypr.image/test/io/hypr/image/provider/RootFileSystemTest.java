package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.image.Image;
import io.hypr.image.RootFileSystems;
import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.layer.SquashCopy;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Retries;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarReader;
import io.hypr.image.provider.TestImage.Tar;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

@Timeout(120)
class RootFileSystemTest {

    /** cap_net_bind_service=ep as the kernel stores it, version 2: octets that no text survives. */
    private static final byte[] CAPABILITY = {1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

    @TempDir
    Path home;

    private ImageStore store;
    private SquashRoots roots;
    private RegistryImages images;

    @BeforeEach
    void start() {
        store = new ImageStore(home);
        roots = new SquashRoots(store, new Limits(1L << 30, 200, 100_000));
        images = new RegistryImages(store, roots, new Endpoints(List.of(), List.of()),
                new Retries(1, java.time.Duration.ZERO, java.time.Duration.ofSeconds(5)), 1, null, Silent.LOGGER);
    }

    private Image image(byte[]... layers) {
        TestImage made = new TestImage("linux/amd64", layers);
        made.blobs.values().forEach(blob -> store.layout().put(new ByteArrayInputStream(blob), null));
        images.tag(store.layout().put(new ByteArrayInputStream(made.manifest), null), "made:1");
        return images.find("made:1").orElseThrow();
    }

    @Test
    void directoriesOfTheSmallestImagesAndOfThoseWithManyOwnersCanBeCopied() throws Exception {
        for (int owners : List.of(1, 2, 3, 40)) {
            Tar tar = new Tar().directory("data/", 0755);
            for (int i = 0; i < owners; i++) {
                byte[] content = ("content " + i).getBytes();
                tar.add(new TarEntry("data/f" + i, TarEntry.FILE, 0644, 1000 + i, 2000 + i, content.length, 0, "", 0, 0,
                        Map.of("user.note", ("note " + i).getBytes())), content);
            }
            Path to = home.resolve("copy" + owners);
            assertTrue(SquashCopy.run(roots.readOnly(image(tar.end()), Progress.NONE), "/data", to));
            assertEquals("content " + (owners - 1), Files.readString(to.resolve("f" + (owners - 1))));
        }
    }

    /** Reads a SquashFS file back by another program than made it. */
    private static Map<String, TarEntry> read(Path squash, Map<String, byte[]> contents) throws Exception {
        Process process = new ProcessBuilder("sqfs2tar", "--root-becomes", ".", squash.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Map<String, TarEntry> entries = new TreeMap<>();
        TarReader reader = new TarReader(process.getInputStream());
        for (TarEntry e = reader.next(); e != null; e = reader.next()) {
            String name = e.name().replaceFirst("^\\./", "").replaceFirst("/$", "");
            entries.put(name, e);
            byte[] content = new byte[(int) e.size()];
            for (int at = 0, n = 0; at < content.length; at += n) {
                n = reader.read(content, at, content.length - at);
            }
            contents.put(name, content);
        }
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue());
        return entries;
    }

    @Test
    void nothingOfAnImageIsLost() throws Exception {
        String deep = "deep/" + "d".repeat(250) + "/" + "e".repeat(250);
        String latin = "caf\u00c3\u00a9\u00ff";
        Image image = image(
                new Tar().directory("./", 0711).directory("bin/", 0755)
                .file("bin/ping", "ping".getBytes(), Map.of("security.capability", CAPABILITY, "user.note", "a=b\nc".getBytes()))
                        .directory("old/", 0755).file("old/a", "1").file("old/b", "2").directory("opaque/", 0700).file("opaque/x", "3")
                        .file("linked", "shared").file("replaced", "old")
                        .directory("tmp/", 01777).device('3', "null", 1, 3).device('4', "disk", 259, 70_000).device('6', "pipe", 0, 0)
                        .link('2', "sh", "/bin/busybox")
                        .add(new TarEntry("su", TarEntry.FILE, 06755, 70_000, 4_000_000_000L, 2, 1_500_000_000, "", 0, 0, Map.of()),
                        (byte) 's', (byte) 'u').end(),
                new Tar().file("old/.wh.a", "").file("opaque/.wh..wh..opq", "").file("opaque/y", "4").link('1', "lower", "linked")
                .link('1', "bin/lower2", "/linked").end(),
                new Tar().directory(deep, 0755).file(deep + "/" + "f".repeat(255), "long").file(latin, "latin").file("replaced", "new")
                .link('2', "l".repeat(120), "t".repeat(400))
                        .file("big", new byte[3_000_000], Map.of()).end());
        Path squash = roots.readOnly(image, Progress.NONE);
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(squash)));
        Map<String, byte[]> contents = new TreeMap<>();
        Map<String, TarEntry> entries = read(squash, contents);

        assertEquals(0711, entries.get("").mode(), "the root's mode");
        assertArrayEquals(CAPABILITY, entries.get("bin/ping").xattrs().get("security.capability"));
        assertArrayEquals("a=b\nc".getBytes(), entries.get("bin/ping").xattrs().get("user.note"));
        assertTrue(!entries.containsKey("old/a") && entries.containsKey("old/b"));
        assertTrue(!entries.containsKey("opaque/x") && entries.containsKey("opaque/y"));
        assertEquals(0700, entries.get("opaque").mode());
        assertEquals("new", new String(contents.get("replaced")));
        assertEquals(01777, entries.get("tmp").mode());
        assertEquals(TarEntry.CHARACTER_DEVICE + " 1:3", entries.get("null").type() + " " + entries.get("null").major() + ":" + entries.get("null").minor());
        assertEquals(TarEntry.BLOCK_DEVICE + " 259:70000", entries.get("disk").type() + " " + entries.get("disk").major() + ":" + entries.get("disk").minor());
        assertEquals(TarEntry.FIFO, entries.get("pipe").type());
        assertEquals("/bin/busybox", entries.get("sh").link());
        TarEntry su = entries.get("su");
        assertEquals("6755 70000 4000000000 1500000000", Integer.toOctalString(su.mode()) + " " + su.uid() + " " + su.gid() + " " + su.mtime());
        assertEquals("long", new String(contents.get(deep + "/" + "f".repeat(255))));
        assertEquals("latin", new String(contents.get(latin)));
        assertEquals("t".repeat(400), entries.get("l".repeat(120)).link());
        assertArrayEquals(new byte[3_000_000], contents.get("big"));
        List<String> links = new ArrayList<>(List.of("linked", "lower", "bin/lower2"));
        links.removeIf(name -> entries.get(name).type() == TarEntry.HARD_LINK);
        assertEquals(1, links.size(), "names of one file: " + links);
        assertEquals("shared", new String(contents.get(links.getFirst())));
    }

    @Test
    void theSameLayersGiveTheSameFile() throws IOException {
        byte[][] layers = {new Tar().file("b", "2").file("a", "1").end(), new Tar().link('1', "c", "b").file("d/e", "5").end()};
        Path squash = roots.readOnly(image(layers), Progress.NONE);
        byte[] first = Files.readAllBytes(squash);
        Files.delete(squash);
        assertArrayEquals(first, Files.readAllBytes(roots.readOnly(images.find("made:1").orElseThrow(), Progress.NONE)));
    }

    @Test
    void marksOfTheOverlayFileSystemDoNotComeFromImages() throws Exception {
        Image image = image(new Tar().file("f", new byte[] {1}, Map.of(
                "trusted.overlay.redirect", "/etc".getBytes(), "user.overlay.opaque", "y".getBytes(), "system.posix_acl_access", CAPABILITY,
                "trusted.mine", "kept".getBytes())).end());
        assertEquals(List.of("trusted.mine"), List.copyOf(read(roots.readOnly(image, Progress.NONE), new TreeMap<>()).get("f").xattrs().keySet()));
    }

    @Test
    void anImageWithoutLayersHasAnEmptyRoot() throws Exception {
        assertTrue(Files.isRegularFile(roots.readOnly(image(), Progress.NONE)));
    }

    @Test
    void anImageThatIsGoneHasNoRootFileSystem() {
        Image image = image(new Tar().file("x", "y").end());
        images.remove("made:1", false);
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> roots.readOnly(image, Progress.NONE)).code());
    }

    @ParameterizedTest
    @ValueSource(longs = {16L << 20, 64L << 20, 10L << 30})
    void writableDisksAreEmptySparseAndSound(long size) throws Exception {
        Path disk = home.resolve("disk");
        roots.writable(disk, size, 4711);
        assertEquals(size + RootFileSystems.WINDOW, Files.size(disk));
        assertEquals(4711, Files.getAttribute(disk, "unix:uid"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(disk)));
        Process check = new ProcessBuilder("/sbin/e2fsck", "-fn", disk.toString()).redirectErrorStream(true).start();
        String said = new String(check.getInputStream().readAllBytes());
        assertEquals(0, check.waitFor(), said);
        Process usage = new ProcessBuilder("du", "-k", disk.toString()).start();
        long kilobytes = Long.parseLong(new String(usage.getInputStream().readAllBytes()).split("\\s")[0]);
        assertTrue(kilobytes < 8192, "takes " + kilobytes + " KiB");
        Process look = new ProcessBuilder("/sbin/dumpe2fs", disk.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String fileSystem = new String(look.getInputStream().readAllBytes());
        assertTrue(fileSystem.lines().anyMatch(l -> l.matches("Block count: *" + size / 4096)), "it leaves the window alone");
        List<String> groups = fileSystem.lines().filter(l -> l.matches("Group [0-9]+:.*")).toList();
        assertFalse(groups.isEmpty());
        assertEquals(List.of(), groups.stream().filter(l -> !l.contains("ITABLE_ZEROED")).toList(), "what the guest's kernel would write zeros over");
    }

    @Test
    void anExistingDiskIsLeftAsItIs() throws IOException {
        Path disk = home.resolve("disk");
        Files.writeString(disk, "mine");
        roots.writable(disk, 16L << 20, 0);
        assertEquals("mine", Files.readString(disk));
    }

    @Test
    void theSecondDiskOfASizeIsACopyOfItsOwn() throws IOException {
        roots.writable(home.resolve("a"), 16L << 20, 0);
        roots.writable(home.resolve("b"), 16L << 20, 0);
        try (FileChannel a = FileChannel.open(home.resolve("a"), StandardOpenOption.WRITE)) {
            a.write(java.nio.ByteBuffer.wrap("changed".getBytes()), 1024);
        }
        roots.writable(home.resolve("c"), 16L << 20, 0);
        assertEquals(-1, Files.mismatch(home.resolve("b"), home.resolve("c")));
    }

    @ParameterizedTest
    @ValueSource(longs = {16L << 20, 10L << 30})
    void onlyWhatIsPutOnADiskCounts(long size) throws Exception {
        Path disk = home.resolve("disk");
        roots.writable(disk, size, 0);
        assertEquals(0, roots.written(disk));
        Path file = Files.writeString(home.resolve("file"), "x".repeat(1_000_000));
        debugfs(disk, "write " + file + " file");
        assertEquals(245 * 4096, roots.written(disk));
        debugfs(disk, "mkdir directory");
        assertEquals(246 * 4096, roots.written(disk));
        try (FileChannel window = FileChannel.open(disk, StandardOpenOption.WRITE)) {
            window.write(java.nio.ByteBuffer.wrap("an archive".getBytes()), size + 8192);
        }
        assertEquals(246 * 4096, roots.written(disk), "the window is none of its");
        assertThrows(java.nio.file.NoSuchFileException.class, () -> roots.written(home.resolve("none")));
    }

    private static void debugfs(Path disk, String request) throws Exception {
        Process p = new ProcessBuilder("/sbin/debugfs", "-w", "-R", request, disk.toString()).redirectErrorStream(true).start();
        String said = new String(p.getInputStream().readAllBytes());
        assertEquals(0, p.waitFor(), said);
    }

    @Test
    void impossibleDisksAreRefused() {
        for (long size : new long[] {0, -1, 1 << 20, (16L << 20) + 1}) {
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> roots.writable(home.resolve("disk"), size, 0)).code());
        }
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> roots.writable(home.resolve("disk"), 16L << 20, -1)).code());
        assertNotNull(assertThrows(HyprException.class, () -> roots.writable(home.resolve("no/such/disk"), 16L << 20, 0)).getMessage());
    }
}
