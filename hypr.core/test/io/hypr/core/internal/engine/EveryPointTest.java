package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Execs;
import io.hypr.engine.Networks.Network;
import io.hypr.engine.Output;
import io.hypr.engine.Volumes.Volume;

/** The engine ends at each point that an operation passes: the next one finds what was before or what was to be, and clears the rest away. */
@Timeout(180)
class EveryPointTest {

    @TempDir
    Path directory;
    private Path base;
    private FakeHost host;

    /** What is done with an engine. */
    private interface Act {
        void with(Engine engine) throws Exception;
    }

    @BeforeAll
    static void otherThreadsOfTheEngineEndQuietly() {
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            if (!(e instanceof Ended)) {
                e.printStackTrace();
            }
        });
    }

    @AfterAll
    static void theyDoNoMore() {
        Thread.setDefaultUncaughtExceptionHandler(null);
    }

    /** Passes points; ends the engine at one of them, and whatever it still begins after that. */
    private static final class Points {
        private final int last;
        private final CountDownLatch reached = new CountDownLatch(1);
        private boolean armed;
        private int passed;
        private String at;

        Points(int last) {
            this.last = last;
        }

        synchronized void arm() {
            armed = true;
        }

        synchronized void pass(String point) {
            if (armed && ++passed >= last) {
                at = at == null ? point : at;
                reached.countDown();
                throw new Ended();
            }
        }

        synchronized String at() {
            return at;
        }
    }

    private void atEveryPoint(Act before, Act act, Act after) throws Exception {
        Set<String> tried = new TreeSet<>();
        for (int n = 1;; n++) {
            base = Files.createDirectory(directory.resolve("" + n));
            host = new FakeHost(base);
            Points points = new Points(n);
            Engine dying = Fakes.engine(base, host.socket, points::pass, null);
            dying.open();
            before.with(dying);
            points.arm();
            boolean ended = endsIn(dying, act, points);
            dying.close();
            Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
            engine.open();
            try {
                engine.awaitReconciled();
                after.with(engine);
            } catch (Exception | AssertionError e) {
                throw new AssertionError("after the end at point " + n + ", " + points.at() + ": " + e, e);
            } finally {
                engine.close();
                host.close();
            }
            if (!ended) {
                assertTrue(n > 1, "no point is passed");
                return;
            }
            tried.add(points.at());
        }
    }

    /** @return whether the engine came to its end; if not, all was done */
    private static boolean endsIn(Engine engine, Act act, Points points) throws InterruptedException {
        Thread thread = Thread.ofVirtual().start(() -> {
            try {
                act.with(engine);
            } catch (Ended e) {
                return; // As all of its threads do.
            } catch (Exception e) {
                if (points.at() == null) {
                    throw new AssertionError(e);
                }
            }
        });
        while (!thread.join(Duration.ofMillis(2)) && points.reached.getCount() > 0) {
            continue;
        }
        return points.reached.getCount() == 0;
    }

    private static ContainerService containers(Engine engine) {
        return new ContainerService(() -> engine);
    }

    private static void await(Predicate<Void> condition) {
        while (!condition.test(null)) {
            LockSupport.parkNanos(1_000_000);
            assertFalse(Thread.interrupted(), "waited in vain");
        }
    }

    private Set<String> names(String directory) {
        Path path = base.resolve("home").resolve(directory);
        if (!Files.exists(path)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.map(f -> f.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What is recorded is there, what is there is recorded, and nothing of microVMs that do not run is left. */
    private void assertWhole(Engine engine) {
        List<Volume> volumes = new VolumeService(() -> engine).list();
        Set<String> recorded = volumes.stream().map(v -> v.name).collect(Collectors.toCollection(TreeSet::new));
        await(x -> names("volumes").equals(recorded));
        for (Volume v : volumes) {
            assertTrue(Files.isDirectory(Path.of(v.mountpoint)), v.mountpoint);
            assertFalse(v.anonymous && v.containers.isEmpty(), "nobody has volume " + v.name);
        }
        Set<String> ids = engine.all().stream().map(Container::id).collect(Collectors.toSet());
        assertTrue(ids.containsAll(names("containers")), "directories of containers that are no more: " + names("containers"));
        for (Container c : engine.all()) {
            c.info().mounts.stream().filter(m -> m.type.equals("volume")).forEach(m -> assertTrue(recorded.contains(m.name), "volume " + m.name));
        }
        if (engine.all().stream().noneMatch(c -> c.run() != null)) {
            Fakes.sweep(engine);
            await(x -> host.leftovers().equals(FakeHost.NOTHING));
        }
    }

    private static ContainerSpec store(String name) {
        ContainerSpec spec = Fakes.spec("exit", "4");
        spec.image = "store";
        spec.name = name;
        ContainerSpec.Mount named = new ContainerSpec.Mount();
        named.type = "volume";
        named.source = "named-" + name;
        named.target = "/named";
        spec.mounts.add(named);
        ContainerSpec.PortMapping port = new ContainerSpec.PortMapping();
        port.containerPort = 80;
        spec.ports.add(port);
        spec.gpus.add("all");
        return spec;
    }

    private static void assertStarts(Engine engine, String name) throws Exception {
        containers(engine).start(name);
        assertEquals(4, containers(engine).await(name, Until.NOT_RUNNING));
    }

    @Test
    void create() throws Exception {
        atEveryPoint(e -> { }, e -> containers(e).create(store("box")), e -> {
            assertWhole(e);
            int made = containers(e).list().size();
            assertEquals(3 * made, new VolumeService(() -> e).list().size());
            if (made == 0) {
                containers(e).create(store("box"));
            }
            assertStarts(e, "box");
            assertWhole(e);
        });
    }

    @Test
    void start() throws Exception {
        atEveryPoint(e -> containers(e).create(store("box")), e -> {
            containers(e).start("box");
            containers(e).await("box", Until.NOT_RUNNING);
        }, e -> {
            Container box = e.find("box");
            await(x -> box.run() == null);
            ContainerInfo info = box.info();
            assertEquals(info.finished == null ? ContainerState.CREATED : ContainerState.EXITED, info.state);
            assertWhole(e);
            assertStarts(e, "box");
            assertWhole(e);
        });
    }

    /** A container that runs until it is stopped. */
    private static void startSleeper(Engine engine) {
        ContainerSpec spec = store("box");
        spec.cmd.clear();
        spec.cmd.add("sleep");
        containers(engine).create(spec);
        containers(engine).start("box");
    }

    @Test
    void lifeOfOneThatRemovesItself() throws Exception {
        atEveryPoint(e -> {
            ContainerSpec spec = store("box");
            spec.autoRemove = true;
            containers(e).create(spec);
        }, e -> {
            containers(e).start("box");
            await(x -> e.all().isEmpty() || e.isClosed());
        }, e -> {
            await(x -> e.all().stream().allMatch(c -> c.run() == null && c.state() == ContainerState.CREATED));
            assertWhole(e);
            if (!e.all().isEmpty()) {
                containers(e).start("box");
                await(x -> e.all().isEmpty());
            }
            assertEquals(1, new VolumeService(() -> e).list().size(), "the named one stays");
            assertWhole(e);
        });
    }

    @Test
    void stop() throws Exception {
        atEveryPoint(EveryPointTest::startSleeper, e -> containers(e).stop("box", null), e -> {
            containers(e).stop("box", null);
            ContainerInfo info = containers(e).inspect("box");
            assertEquals(ContainerState.EXITED, info.state);
            assertEquals(128 + 15, info.exitCode);
            assertWhole(e);
        });
    }

    @Test
    void restart() throws Exception {
        atEveryPoint(EveryPointTest::startSleeper, e -> containers(e).restart("box", null), e -> {
            assertWhole(e);
            containers(e).start("box");
            assertEquals(ContainerState.RUNNING, containers(e).inspect("box").state);
            containers(e).stop("box", null);
            assertWhole(e);
        });
    }

    @Test
    void removalOfWhatRuns() throws Exception {
        atEveryPoint(EveryPointTest::startSleeper, e -> containers(e).remove("box", true, true), e -> {
            assertWhole(e);
            if (!containers(e).list().isEmpty()) {
                containers(e).remove("box", true, true);
            }
            assertEquals(1, new VolumeService(() -> e).list().size(), "the named one stays");
            assertWhole(e);
        });
    }

    /** Front ends remove one after another. */
    @Test
    void prune() throws Exception {
        atEveryPoint(e -> {
            containers(e).create(store("one"));
            containers(e).create(store("two"));
        }, e -> {
            containers(e).remove("one", false, true);
            containers(e).remove("two", false, true);
            new VolumeService(() -> e).remove("named-one");
            new VolumeService(() -> e).remove("named-two");
        }, e -> {
            assertWhole(e);
            for (ContainerInfo c : containers(e).list()) {
                assertStarts(e, c.name);
                containers(e).remove(c.name, false, true);
            }
            assertWhole(e);
        });
    }

    @Test
    void rename() throws Exception {
        atEveryPoint(e -> containers(e).create(store("old")), e -> containers(e).rename("old", "new"), e -> {
            assertWhole(e);
            String name = containers(e).list().getFirst().name;
            assertTrue(Set.of("old", "new").contains(name), name);
            assertEquals(name, containers(e).inspect(name).spec.name);
            containers(e).create(store(name.equals("old") ? "new" : "old"));
            assertStarts(e, name);
        });
    }

    @Test
    void exec() throws Exception {
        Execs.ExecSpec echo = new Execs.ExecSpec();
        echo.argv = List.of("echo", "hello");
        atEveryPoint(e -> {
            containers(e).create(Fakes.spec("sleep"));
            containers(e).start(containers(e).list().getFirst().id);
        }, e -> new ExecService(() -> e).exec(containers(e).list().getFirst().id, echo, Output.NONE).await(), e -> {
            String id = containers(e).list().getFirst().id;
            assertEquals(0, new ExecService(() -> e).exec(id, echo, Output.NONE).await());
            assertEquals(ContainerState.RUNNING, containers(e).inspect(id).state);
            containers(e).stop(id, null);
            assertEquals(128 + 15, containers(e).inspect(id).exitCode);
            assertWhole(e);
        });
    }

    @Test
    void copyOfAFileOfWhatDoesNotRun() throws Exception {
        atEveryPoint(e -> containers(e).create(store("box")), e -> new InsideService(() -> e).open("box").close(), e -> {
            assertWhole(e);
            assertEquals(ContainerState.CREATED, containers(e).inspect("box").state);
            assertStarts(e, "box");
            assertWhole(e);
        });
    }

    @Test
    void makingAndRemovingAVolume() throws Exception {
        Volume wanted = new Volume();
        wanted.name = "data";
        atEveryPoint(e -> { }, e -> {
            new VolumeService(() -> e).create(wanted);
            Files.writeString(Path.of(new VolumeService(() -> e).inspect("data").mountpoint).resolve("file"), "kept");
            new VolumeService(() -> e).remove("data");
        }, e -> {
            assertWhole(e);
            new VolumeService(() -> e).create(wanted);
            new VolumeService(() -> e).remove("data");
            assertWhole(e);
        });
    }

    @Test
    void makingAndRemovingANetwork() throws Exception {
        Network wanted = new Network();
        wanted.name = "net";
        ContainerSpec spec = store("box");
        spec.network = "net";
        atEveryPoint(e -> { }, e -> {
            new NetworkService(() -> e).create(wanted);
            containers(e).create(spec);
            containers(e).start("box");
            containers(e).await("box", Until.NOT_RUNNING);
            new NetworkService(() -> e).remove("net");
        }, e -> {
            e.all().forEach(c -> await(x -> c.run() == null));
            assertWhole(e);
            if (e.networks().list().stream().noneMatch(n -> n.name.equals("net"))) {
                new NetworkService(() -> e).create(wanted);
            }
            if (containers(e).list().isEmpty()) {
                containers(e).create(spec);
            }
            assertStarts(e, "box");
            assertTrue(host.networks.contains(e.networks().find("net").network.id));
            new NetworkService(() -> e).remove("net");
            assertFalse(e.networks().list().stream().anyMatch(n -> n.name.equals("net")));
            assertWhole(e);
        });
    }
}
