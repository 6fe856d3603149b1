package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.core.internal.link.Setup;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.Volumes.Volume;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.ShareFileSystem;
import io.hypr.vmm.VmPlan;

@Timeout(60)
class VolumesTest extends OneEngine {

    private VolumeService volumes;

    @BeforeEach
    void openEngine() {
        open();
        volumes = new VolumeService(() -> engine);
    }

    private static ContainerSpec.Mount mount(String type, String source, String target) {
        ContainerSpec.Mount m = new ContainerSpec.Mount();
        m.type = type;
        m.source = source;
        m.target = target;
        return m;
    }

    private static ContainerSpec spec(ContainerSpec.Mount... mounts) {
        ContainerSpec spec = Fakes.spec("true");
        spec.mounts.addAll(List.of(mounts));
        return spec;
    }

    private void run(String id) throws InterruptedException {
        containers.start(id);
        containers.await(id, Until.NOT_RUNNING);
    }

    private Volume named(String name) {
        Volume v = new Volume();
        v.name = name;
        return v;
    }

    /** The state after a crash at either side of the record's removal. */
    @Test
    void aRemovalThatACrashCutOffIsEnded() throws Exception {
        for (String name : List.of("half", "stays")) {
            volumes.create(named(name));
            Files.writeString(Path.of(volumes.inspect(name).mountpoint).resolve("file"), "x");
        }
        Path directory = Path.of(volumes.inspect("half").mountpoint).getParent().getParent();
        engine.close();
        Files.move(directory.resolve("half"), directory.resolve(".half"));
        Files.createDirectories(directory.resolve(".forgotten/_data"));
        Files.createDirectories(directory.resolve(".stays/_data"));
        open();
        assertEquals(List.of("stays"), volumes.list().stream().map(v -> v.name).toList());
        assertEquals(1, volumes.size("stays"));
        await(() -> directory.toFile().list().length == 1);
        volumes.remove("stays");
        assertEquals(0, directory.toFile().list().length);
    }

    private Volume with(String name, String... options) {
        Volume v = named(name);
        for (int i = 0; i < options.length; i += 2) {
            v.options.put(options[i], options[i + 1]);
        }
        return v;
    }

    private String refused(String... options) {
        HyprException e = assertThrows(HyprException.class, () -> volumes.create(with("bad", options)));
        assertEquals(List.of(), volumes.list());
        return e.getMessage();
    }

    @Test
    void optionsThatDockerRefusesAreRefused() {
        assertEquals("create bad: invalid option: \"foo\"", refused("foo", "bar"));
        assertEquals("create bad: missing required option: \"device\"", refused("type", "tmpfs"));
        assertEquals("create bad: missing required option: \"device\"", refused("o", "bind"));
        assertEquals("create bad: missing required option: \"type\"", refused("device", "/srv"));
        assertEquals("create bad: invalid size: 'x'", refused("size", "x"));
        assertEquals("create bad: quota size requested but no quota support", refused("size", "10m"));
        assertEquals(Map.of("size", "0"), volumes.create(with("empty", "size", "0")).options);
    }

    @Test
    void optionsBecomeFlagsAndData() {
        assertEquals(Optional.empty(), VolumeMount.of(with("x", "size", "0")));
        assertEquals(Optional.empty(), VolumeMount.of(with("x", "type", "", "device", "")));
        assertEquals(Optional.of(new VolumeMount("/srv", "none", 4096 | 1, "")), VolumeMount.of(with("x", "type", "none", "device", "/srv", "o", "bind,ro")));
        assertEquals(Optional.of(new VolumeMount("t", "tmpfs", 8, "size=1m,uid=7")),
            VolumeMount.of(with("x", "type", "tmpfs", "device", "t", "o", "ro,size=1m,rw,noexec,uid=7,defaults")));
    }

    /** Needs root. */
    @Test
    void aDirectoryOfTheHostIsThereWhileAContainerRunsAndStaysWhenTheVolumeGoes() throws Exception {
        Path device = Files.createDirectory(base.resolve("device"));
        volumes.create(with("bound", "type", "none", "device", device.toString(), "o", "bind"));
        Path data = Path.of(volumes.inspect("bound").mountpoint);
        ContainerSpec spec = Fakes.spec("sleep");
        spec.mounts.add(mount("volume", "bound", "/data"));
        ContainerInfo c = containers.create(spec);
        containers.start(c.id);
        assertEquals("of the image", Files.readString(device.resolve("file")), "an empty one is filled");
        assertEquals(List.of("file"), List.of(device.toFile().list()));
        Files.writeString(device.resolve("file"), "mine");
        assertEquals("mine", Files.readString(data.resolve("file")));
        engine.close();
        open();
        assertEquals("mine", Files.readString(data.resolve("file")), "the container runs on");
        ContainerInfo other = containers.create(spec);
        containers.start(other.id);
        containers.kill(c.id, "KILL");
        containers.await(c.id, Until.NOT_RUNNING);
        assertTrue(Files.exists(data.resolve("file")), "another one has it");
        containers.kill(other.id, "KILL");
        containers.await(other.id, Until.NOT_RUNNING);
        await(() -> !Files.exists(data.resolve("file")));
        containers.remove(c.id, false, true);
        containers.remove(other.id, false, true);
        VolumeMount.of(volumes.inspect("bound")).orElseThrow().make(data); // As a crash may leave it.
        volumes.remove("bound");
        assertEquals("mine", Files.readString(device.resolve("file")));
        assertFalse(Files.exists(data.getParent()));
    }

    /** Needs root. */
    @Test
    void whatCannotBeMountedIsToldAndLeavesNothing() throws Exception {
        volumes.create(with("gone", "type", "none", "device", base.resolve("no-such").toString(), "o", "bind"));
        volumes.create(with("odd", "type", "tmpfs", "device", "t", "o", "no-such"));
        Path data = Path.of(volumes.inspect("gone").mountpoint);
        ContainerInfo gone = containers.create(spec(mount("volume", "gone", "/data")));
        HyprException e = assertThrows(HyprException.class, () -> containers.start(gone.id));
        assertEquals("error while mounting volume '" + data + "': failed to mount local volume: mount " + base.resolve("no-such") + ":" + data
            + ", flags: 0x1000: no such file or directory", e.getMessage());
        assertEquals(ErrorCode.NOT_FOUND, e.code());
        Path odd = Path.of(volumes.inspect("odd").mountpoint);
        ContainerInfo c = containers.create(spec(mount("volume", "odd", "/data")));
        assertEquals("error while mounting volume '" + odd + "': failed to mount local volume: mount t:" + odd + ", data: no-such: invalid argument",
            assertThrows(HyprException.class, () -> containers.start(c.id)).getMessage());
    }

    @Test
    void aVolumeIsFilledFromTheImageOnceAndStays() throws Exception {
        ContainerSpec spec = spec(mount("volume", "store", "/data"), mount("volume", "other", "/srv"), mount("volume", "plain", "/data/deep"));
        spec.mounts.getFirst().readOnly = true;
        ContainerInfo c = containers.create(spec);
        assertEquals(List.of("other", "plain", "store"), volumes.list().stream().map(v -> v.name).toList());
        assertEquals(List.of(c.id), volumes.inspect("store").containers);
        run(c.id);
        Path store = Path.of(volumes.inspect("store").mountpoint);
        assertEquals("of the image", Files.readString(store.resolve("file")));
        assertEquals(12, volumes.size("store"));
        assertEquals(0, volumes.size("other"));
        assertEquals(List.of(new VmPlan.Share("mount0", store, true), new VmPlan.Share("mount1", Path.of(volumes.inspect("plain").mountpoint), false),
            new VmPlan.Share("mount2", Path.of(volumes.inspect("other").mountpoint), false)), backend().plans.getLast().shares());
        assertEquals(List.of("/data", "/data/deep", "/srv"),
                Mounts.guest(containers.inspect(c.id), ShareFileSystem.VIRTIOFS).stream().map(m -> m.target()).filter(t -> !t.equals("/dev/shm")).toList());
        Files.writeString(store.resolve("file"), "mine");
        run(c.id);
        assertEquals("mine", Files.readString(store.resolve("file")));
        HyprException used = assertThrows(HyprException.class, () -> volumes.remove("store"));
        assertEquals("remove store: volume is in use - [" + c.id + "]", used.getMessage());
        containers.remove(c.id, false, true);
        engine.close();
        open();
        assertEquals(3, volumes.list().size());
        volumes.remove("store");
        assertFalse(Files.exists(store.getParent()));
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> volumes.inspect("store")).code());
    }

    @Test
    void aFileOfTheHostIsBoundFromAShareOfItsOwn() throws Exception {
        Path file = Files.writeString(base.resolve("conf"), "mine");
        ContainerSpec spec = spec(mount("bind", base.toString(), "/base"), mount("bind", file.toString(), "/base/conf"));
        spec.mounts.getLast().readOnly = true;
        ContainerInfo c = containers.create(spec);
        run(c.id);
        assertEquals(List.of(new VmPlan.Share("mount0", base, false), new VmPlan.Share("mount1", file, true)),
                backend().plans.getLast().shares());
        assertEquals(List.of(new Setup.Mount("mount1", "/mount1", "virtiofs", 0, "", Setup.Mount.OWN),
                new Setup.Mount("mount0", "/base", "virtiofs", 0, "", Setup.Mount.PLAIN),
                new Setup.Mount("/mount1/file", "/base/conf", "", 1, "", Setup.Mount.BIND)),
                Mounts.guest(c, ShareFileSystem.VIRTIOFS).stream().filter(m -> !m.target().equals("/dev/shm")).toList());
        List<Setup.Mount> other = Mounts.guest(c, new ShareFileSystem("9p", "trans=virtio"));
        assertTrue(other.contains(new Setup.Mount("mount1", "/mount1", "9p", 0, "trans=virtio", Setup.Mount.OWN)), other.toString());
        assertTrue(other.contains(new Setup.Mount("mount0", "/base", "9p", 0, "trans=virtio", Setup.Mount.PLAIN)), other.toString());
    }

    @Test
    void whatNobodyNamedGoesWithItsContainerIfThatIsWanted() throws Exception {
        String kept = containers.create(spec(mount("volume", null, "/a"))).id;
        String gone = containers.create(spec(mount("volume", null, "/a"), mount("volume", "named", "/b"))).id;
        ContainerSpec auto = spec(mount("volume", null, "/a"));
        auto.autoRemove = true;
        String removing = containers.create(auto).id;
        assertEquals(4, volumes.list().size());
        containers.remove(kept, false);
        assertEquals(4, volumes.list().size());
        containers.remove(gone, false, true);
        assertEquals(3, volumes.list().size());
        containers.start(removing);
        assertThrowsOrEnds(removing);
        assertEquals(2, volumes.list().size());
        assertTrue(volumes.list().stream().anyMatch(v -> v.name.equals("named")));
    }

    @Test
    void whatTheImageDeclaresIsAVolumeOfItsOwnUnlessSomethingElseIsThere() throws Exception {
        ContainerSpec plain = spec();
        plain.image = "store";
        ContainerInfo c = containers.create(plain);
        assertEquals(List.of("/data", "/more"), c.mounts.stream().map(m -> m.target).toList());
        assertTrue(c.mounts.stream().allMatch(m -> m.anonymous && m.copy && m.writable && m.type.equals("volume")));
        run(c.id);
        assertEquals("of the image", Files.readString(Path.of(c.mounts.getFirst().source).resolve("file")));
        ContainerSpec other = spec(mount("volume", "named", "/data"));
        other.image = "store";
        other.tmpfs.put("/more", "");
        assertEquals(List.of("named"), containers.create(other).mounts.stream().map(m -> m.name).toList());
        ContainerSpec from = spec();
        from.image = "store";
        from.volumesFrom.add(c.id);
        assertEquals(c.mounts.stream().map(m -> m.name).toList(), containers.create(from).mounts.stream().map(m -> m.name).toList());
        assertEquals(3, volumes.list().size());
    }

    private void assertThrowsOrEnds(String id) throws InterruptedException {
        try {
            containers.await(id, Until.REMOVED);
        } catch (HyprException gone) {
            assertEquals(ErrorCode.NOT_FOUND, gone.code());
        }
    }

    @Test
    void mountsOfOtherContainersAreTakenOver() throws Exception {
        Path directory = Files.createDirectory(base.resolve("shared"));
        String first = containers.create(spec(mount("volume", null, "/a"), mount("bind", directory.toString(), "/b"))).id;
        ContainerSpec spec = spec(mount("volume", "own", "/b"));
        spec.volumesFrom.add(first + ":ro");
        ContainerInfo second = containers.create(spec);
        assertEquals(List.of("/a", "/b"), second.mounts.stream().map(m -> m.target).toList());
        assertFalse(second.mounts.getFirst().writable);
        assertEquals("own", second.mounts.getLast().name);
        containers.remove(first, false, true);
        assertEquals(2, volumes.list().size());
        containers.remove(second.id, false, true);
        assertEquals(2, volumes.list().size());
    }

    @Test
    void directoriesOfTheHostAreMadeOnlyIfThatIsWanted() throws Exception {
        ContainerSpec.Mount made = mount("bind", base.resolve("made/deep").toString(), "/m");
        made.create = true;
        run(containers.create(spec(made)).id);
        assertTrue(Files.isDirectory(base.resolve("made/deep")));
        HyprException missing = assertThrows(HyprException.class, () -> containers.create(spec(mount("bind", base + "/nope", "/m"))));
        assertEquals("invalid mount config for type \"bind\": bind source path does not exist: " + base + "/nope", missing.getMessage());
        assertFalse(Files.exists(base.resolve("nope")));
    }

    @Test
    void whatCannotBeMountedIsRefusedAndLeavesNothing() throws Exception {
        Path socket = base.resolve("socket");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            List<ContainerSpec.Mount> bad =
                    List.of(mount("bind", socket.toString(), "/x"), mount("bind", "relative", "/x"),
                mount("volume", "x", "/x"), mount("volume", "../up", "/x"), mount("volume", "okay", "relative"),
                mount("volume", "okay", "/"), mount("npipe", "okay", "/x"),
                mount("volume", "okay", "/taken"));
            for (ContainerSpec.Mount m : bad) {
                ContainerSpec spec = spec(mount("volume", "first", "/first"), m);
                spec.tmpfs.put("/taken", "");
                assertThrows(HyprException.class, () -> containers.create(spec), m.source);
                assertEquals(List.of(), volumes.list(), m.source);
            }
        }
        ContainerSpec named = Fakes.spec("true");
        named.name = "web";
        containers.create(named);
        ContainerSpec again = spec(mount("volume", "fresh", "/x"));
        again.name = "web";
        assertThrows(HyprException.class, () -> containers.create(again));
        assertEquals(List.of(), volumes.list());
        assertEquals(ErrorCode.UNSUPPORTED, assertThrows(HyprException.class, () -> {
            Volume v = named("nfs");
            v.driver = "nfs";
            volumes.create(v);
        }).code());
        assertEquals("kept", volumes.create(named("kept")).name);
        assertEquals("kept", volumes.create(named("kept")).name);
        assertEquals(1, volumes.list().size());
    }
}
