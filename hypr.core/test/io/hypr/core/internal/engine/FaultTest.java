package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A failure, and the end of the engine, at every point that the plans pass. */
@Timeout(60)
class FaultTest {

    private static final String NOTHING = "launches [], vms [], taps [], devices {}, table ";

    /** The engine's process ends here: nothing is undone. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1;
    }

    @TempDir
    Path base;
    private FakeHost host;

    @BeforeEach
    void open() throws IOException {
        host = new FakeHost(base);
    }

    @AfterEach
    void close() throws IOException {
        host.close();
    }

    private static ContainerSpec spec() {
        ContainerSpec spec = Fakes.spec("exit", "4");
        ContainerSpec.PortMapping port = new ContainerSpec.PortMapping();
        port.containerPort = 80;
        spec.ports.add(port);
        spec.gpus.add("all");
        return spec;
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.rootfs", "start.disk", "start.disk.done", "start.network",
    "start.network.done", "start.devices", "start.devices.done",
        "start.launch", "start.launch.done", "start.hello", "start.hello.done", "start.ports", "start.ports.done", "start.run",
        "start.run.done", "start.commit"})
    void aFailureAtAnyPointOfAStartLeavesNothing(String point) throws Exception {
        boolean[] armed = {true};
        Engine engine = Fakes.engine(base, host.socket, p -> {
            if (armed[0] && p.equals(point)) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
            }
        }, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo c = containers.create(spec());
            HyprException e = assertThrows(HyprException.class, () -> containers.start(c.id));
            assertEquals("Nothing is left at " + point + ".", e.getMessage());
            assertEquals(NOTHING, host.leftovers());
            assertNoRunDirectory();
            ContainerInfo now = containers.inspect(c.id);
            assertEquals(ContainerState.CREATED, now.state);
            assertEquals(e.getMessage(), now.error);
            assertEquals(128, now.exitCode);
            assertTrue(now.networks.isEmpty() && now.published.isEmpty());
            armed[0] = false;
            containers.start(c.id);
            assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
        } finally {
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"visit.intent", "visit.intent.done", "visit.rootfs.done", "visit.disk.done", "visit.volumes.done", "visit.launch",
        "visit.launch.done", "visit.hello", "visit.hello.done", "visit.setup", "visit.setup.done"})
    void aVisitThatTheEngineDidNotSurviveLeavesTheContainerAsItWas(String point) throws Exception {
        Engine dying = dying(point, new CountDownLatch(1));
        ContainerInfo c = new ContainerService(() -> dying).create(spec());
        assertThrows(Ended.class, () -> new InsideService(() -> dying).open(c.id));
        dying.close();
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            engine.awaitReconciled();
            assertEquals(NOTHING, host.leftovers());
            assertNoRunDirectory();
            assertFalse(Files.exists(base.resolve("home/containers").resolve(c.id).resolve("visit")));
            assertEquals(ContainerState.CREATED, containers.inspect(c.id).state);
            assertEquals("", containers.inspect(c.id).error);
            new InsideService(() -> engine).open(c.id).close();
            containers.start(c.id);
            assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
        } finally {
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"end.intent", "end.intent.done", "end.off.done", "end.clear.done", "end.conclude.done"})
    void anEndThatTheEngineDidNotSurviveIsCarriedOn(String point) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        Engine dying = dying(point, reached);
        ContainerService before = new ContainerService(() -> dying);
        ContainerInfo c = before.create(restartedOnce());
        before.start(c.id);
        reached.await();
        dying.close();
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            engine.awaitReconciled();
            awaitLastEnd(engine.find(c.id));
            assertEquals(4, containers.inspect(c.id).exitCode);
            assertEquals(NOTHING, host.leftovers());
            assertNoRunDirectory();
        } finally {
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.launch.done", "start.hello.done", "start.run", "start.run.done", "start.commit"})
    void aRestartThatTheEngineDidNotSurviveIsCountedOnce(String point) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        AtomicInteger passed = new AtomicInteger();
        Engine dying = Fakes.engine(base, host.socket, p -> {
            if (reached.getCount() == 0 || p.equals(point) && passed.incrementAndGet() == 2) {
                reached.countDown();
                throw new Ended();
            }
        }, null);
        dying.open();
        ContainerService before = new ContainerService(() -> dying);
        ContainerInfo c = before.create(restartedOnce());
        before.start(c.id);
        reached.await();
        dying.close();
        assertCarriedOn(c.id);
    }

    /** The next engine restarts the container, once. */
    private void assertCarriedOn(String id) throws Exception {
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            engine.awaitReconciled();
            awaitLastEnd(engine.find(id));
            assertEquals(4, new ContainerService(() -> engine).inspect(id).exitCode);
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent.done", "start.launch", "start.launch.done", "start.hello.done", "start.run"})
    void aRestartThatTheEndOfTheEngineCutsOffUsesNoAttemptUp(String point) throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicInteger passed = new AtomicInteger();
        AtomicReference<Engine> ending = new AtomicReference<>();
        Engine first = Fakes.engine(base, host.socket, p -> {
            if (p.equals(point) && passed.incrementAndGet() == 2) {
                Thread.ofPlatform().start(() -> {
                    ending.get().close();
                    closed.countDown();
                });
                while (!ending.get().isClosed()) {
                    Thread.onSpinWait();
                }
            }
        }, null);
        ending.set(first);
        first.open();
        ContainerService before = new ContainerService(() -> first);
        ContainerInfo c = before.create(restartedOnce());
        before.start(c.id);
        closed.await();
        assertCarriedOn(c.id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.disk", "start.launch", "start.commit"})
    void aRestartThatFindsNoRoomUsesNoAttemptUp(String point) throws Exception {
        AtomicInteger passed = new AtomicInteger();
        Settings settings = Fakes.settings(base, p -> {
            int times = p.equals(point) ? passed.incrementAndGet() : 0;
            if (times == 2 || times == 3) {
                throw new HyprException(ErrorCode.EXHAUSTED, "The disk is full.");
            }
        }, new Settings.Waits(Duration.ofMillis(50), Settings.Waits.USUAL.fromTemplate()));
        Engine engine = Fakes.engine(base, host.socket, settings, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo c = containers.create(restartedOnce());
            containers.start(c.id);
            awaitLastEnd(engine.find(c.id));
            assertEquals(4, passed.get());
            assertEquals("", containers.inspect(c.id).error);
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    @Test
    void aGuestThatWaitsForRoomOnTheDiskIsSaidToWait() {
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo c = containers.create(Fakes.spec("sleep"));
            containers.start(c.id);
            Run run = engine.find(c.id).run();
            HyprException silent = assertThrows(HyprException.class, () -> run.answer(new CompletableFuture<>(), Duration.ofMillis(1)));
            assertEquals(ErrorCode.TIMEOUT, silent.code());
            Fakes.backend(engine).stalled.add(c.id);
            HyprException full = assertThrows(HyprException.class, () -> run.answer(new CompletableFuture<>(), Duration.ofMillis(1)));
            assertEquals(ErrorCode.EXHAUSTED, full.code());
            assertTrue(full.getMessage().contains("is full"), full.getMessage());
            containers.remove(c.id, true);
        } finally {
            engine.close();
        }
    }

    private static ContainerSpec restartedOnce() {
        ContainerSpec wanted = spec();
        wanted.restartPolicy = "on-failure";
        wanted.restartRetries = 1;
        return wanted;
    }

    /** Waits for the end that follows the only restart. */
    private static void awaitLastEnd(Container container) throws InterruptedException {
        synchronized (container) {
            while (container.info().restarts == 0 || container.state() != ContainerState.EXITED || container.run() != null) {
                container.wait();
            }
        }
        assertEquals(1, container.info().restarts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause.done", "unpause.intent.done"})
    void aMicrovmThatIsPausedAndNotRecordedAsSuchGoesOn(String point) {
        Engine dying = dying(point, new CountDownLatch(1));
        ContainerService before = new ContainerService(() -> dying);
        ContainerInfo c = before.create(Fakes.spec("sleep"));
        before.start(c.id);
        Fakes.backend(dying).stalled.add(c.id);
        assertThrows(Ended.class, () -> {
            before.pause(c.id);
            before.unpause(c.id);
        });
        dying.close();
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            engine.awaitReconciled();
            Fakes.backend(engine).stalled.add(c.id);
            new DiskWatch(engine).look(1L << 40);
            assertEquals(List.of("resume " + c.id), Fakes.backend(engine).calls);
            ContainerService containers = new ContainerService(() -> engine);
            assertEquals(ContainerState.RUNNING, containers.inspect(c.id).state);
            containers.remove(c.id, true);
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    @Test
    void aFailedStartThatCannotBeClearedAwayIsClearedAwayLater() throws Exception {
        boolean[] armed = {true};
        Engine engine = Fakes.engine(base, host.socket, p -> {
            if (armed[0] && p.equals("start.run")) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
            }
        }, new ArrayList<>());
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo c = containers.create(spec());
            Fakes.backend(engine).stuck = true;
            assertThrows(HyprException.class, () -> containers.start(c.id));
            HyprException again = assertThrows(HyprException.class, () -> containers.start(c.id));
            assertTrue(again.getMessage().contains("could not be cleared away yet"), again.getMessage());
            assertThrows(HyprException.class, () -> new InsideService(() -> engine).open(c.id));
            assertEquals(1, host.vms.size());
            Fakes.backend(engine).stuck = false;
            awaitIdle(engine.find(c.id));
            assertEquals(NOTHING, host.leftovers());
            assertEquals(ContainerState.CREATED, containers.inspect(c.id).state);
            assertEquals("Nothing is left at start.run.", containers.inspect(c.id).error);
            Fakes.backend(engine).stuck = true;
            assertThrows(HyprException.class, () -> containers.start(c.id));
            Fakes.backend(engine).stuck = false;
            armed[0] = false;
            containers.start(c.id); // At once, as well.
            assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
            armed[0] = true;
            Fakes.backend(engine).stuck = true;
            assertThrows(HyprException.class, () -> containers.start(c.id));
            assertThrows(HyprException.class, () -> containers.remove(c.id, true));
            assertEquals(ContainerState.DEAD, containers.inspect(c.id).state);
            Fakes.backend(engine).stuck = false;
            containers.remove(c.id, true);
            assertEquals(0, containers.list().size());
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    @Test
    void anEndThatCannotBeClearedAwayIsClearedAwayLaterAndThePolicyActs() throws Exception {
        Engine engine = Fakes.engine(base, host.socket, p -> { }, new ArrayList<>());
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo c = containers.create(restartedOnce());
            Fakes.backend(engine).stuck = true;
            containers.start(c.id);
            assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
            assertEquals(0, containers.inspect(c.id).restarts);
            Fakes.backend(engine).stuck = false;
            awaitLastEnd(engine.find(c.id));
            awaitIdle(engine.find(c.id));
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    @Test
    void aRestartThatFailsAndCannotBeClearedAwayIsTriedAgain() throws Exception {
        AtomicInteger passed = new AtomicInteger();
        Engine[] all = new Engine[1];
        Engine engine = Fakes.engine(base, host.socket, p -> {
            if (p.equals("start.run") && passed.incrementAndGet() == 2) {
                Fakes.backend(all[0]).stuck = true;
                throw new HyprException(ErrorCode.INTERNAL, "It does not come up.");
            }
        }, new ArrayList<>());
        all[0] = engine;
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerSpec wanted = spec();
            wanted.restartPolicy = "on-failure";
            wanted.restartRetries = 2;
            ContainerInfo c = containers.create(wanted);
            containers.start(c.id);
            Container container = engine.find(c.id);
            synchronized (container) {
                while (container.info().error.isEmpty()) {
                    container.wait();
                }
            }
            Fakes.backend(engine).stuck = false;
            synchronized (container) {
                while (container.info().restarts < 2 || container.state() != ContainerState.EXITED || container.run() != null) {
                    container.wait();
                }
            }
            assertEquals(3, passed.get());
            awaitIdle(container);
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    private static void awaitIdle(Container container) throws InterruptedException {
        synchronized (container) {
            while (container.record().phase != Phase.IDLE) {
                container.wait();
            }
        }
    }

    private static ContainerSpec growing() {
        ContainerSpec spec = Fakes.spec("sleep");
        spec.memory = 128 << 20;
        spec.maxMemory = 256 << 20;
        return spec;
    }

    private static ContainerChange change() {
        ContainerChange change = new ContainerChange();
        change.memory = 192L << 20;
        change.cpus = 0.5;
        change.pidsLimit = 20L;
        change.restartPolicy = "always";
        return change;
    }

    private static String lastCall(Engine engine, String what) {
        return Fakes.backend(engine).calls.stream().filter(c -> c.startsWith(what)).reduce("", (first, last) -> last);
    }

    private String held(Engine engine, String id) {
        return Fakes.backend(engine).calls + " " + host.vms.get(id).guest.limits;
    }

    @ParameterizedTest
    @ValueSource(strings = {"update.intent", "update.intent.done", "update.memory", "update.memory.done", "update.guest", "update.guest.done",
        "update.host", "update.host.done", "update.commit"})
    void anUpdateThatFailsAtAnyPointIsUndone(String point) {
        Engine engine = Fakes.engine(base, host.socket, p -> {
            if (p.equals(point)) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
            }
        }, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo c = containers.create(growing());
            containers.start(c.id);
            HyprException e = assertThrows(HyprException.class, () -> containers.update(c.id, change()));
            assertEquals("Nothing is left at " + point + ".", e.getMessage());
            ContainerInfo now = containers.inspect(c.id);
            assertEquals(List.of(128L << 20, 128L << 20, 0.0, 0L, "no"),
                List.of(now.memory, now.spec.memory, now.spec.cpus, now.spec.pidsLimit, now.spec.restartPolicy));
            assertTrue(lastCall(engine, "memory").matches("|memory 128"), held(engine, c.id));
            assertTrue(lastCall(engine, "limits").matches("|limits 0.0 1024 '' 0"), held(engine, c.id));
            assertTrue(List.of("{}", "{cpu.max=max 100000, pids.max=max}").contains(host.vms.get(c.id).guest.limits.toString()), held(engine, c.id));
            assertNull(engine.find(c.id).ask(r -> r.update));
            containers.remove(c.id, true);
        } finally {
            engine.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"update.intent", "update.intent.done", "update.memory", "update.memory.done", "update.guest", "update.guest.done",
        "update.host", "update.host.done", "update.commit", "update.commit.done"})
    void anUpdateThatTheEngineDidNotSurviveHoldsWhollyOrNotAtAll(String point) throws Exception {
        Engine dying = dying(point, new CountDownLatch(1));
        ContainerService before = new ContainerService(() -> dying);
        ContainerInfo c = before.create(growing());
        before.start(c.id);
        assertThrows(Ended.class, () -> before.update(c.id, change()));
        dying.close();
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            engine.awaitReconciled();
            Container container = engine.find(c.id);
            synchronized (container) {
                while (container.record().update != null) {
                    container.wait();
                }
            }
            ContainerService containers = new ContainerService(() -> engine);
            ContainerInfo now = containers.inspect(c.id);
            boolean changed = !point.equals("update.intent");
            assertEquals(changed ? List.of(192L << 20, 0.5, 20L, "always") : List.of(128L << 20, 0.0, 0L, "no"),
                List.of(now.memory, now.spec.cpus, now.spec.pidsLimit, now.spec.restartPolicy));
            String all = "[memory 192, limits 0.5 1024 '' 0] {cpu.max=50000 100000, pids.max=20}";
            String held = held(engine, c.id);
            if (point.equals("update.commit.done")) {
                assertEquals(all, held(dying, c.id));
                assertEquals("[]", Fakes.backend(engine).calls.toString());
            } else {
                assertEquals(changed ? all : "[] {}", held);
            }
            containers.remove(c.id, true);
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }

    @Test
    void anUpdateThatTheEngineAndTheContainerDidNotSurviveCountsFromTheNextStart() throws Exception {
        Engine dying = dying("update.memory", new CountDownLatch(1));
        ContainerService before = new ContainerService(() -> dying);
        ContainerInfo c = before.create(growing());
        before.start(c.id);
        assertThrows(Ended.class, () -> before.update(c.id, change()));
        dying.close();
        host.vms.get(c.id).end();
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            Container container = engine.find(c.id);
            synchronized (container) {
                while (container.record().update != null) {
                    container.wait();
                }
            }
            assertEquals(192L << 20, new ContainerService(() -> engine).inspect(c.id).memory);
            new ContainerService(() -> engine).remove(c.id, true);
        } finally {
            engine.close();
        }
    }

    /** An engine that ends when it passes this point. */
    private Engine dying(String point, CountDownLatch reached) {
        Engine dying = Fakes.engine(base, host.socket, p -> {
            if (p.equals(point) || reached.getCount() == 0) { // What other threads of it had still begun ends too.
                reached.countDown();
                throw new Ended();
            }
        }, null);
        dying.open();
        return dying;
    }

    private void assertNoRunDirectory() throws IOException {
        if (Files.exists(base.resolve("run"))) {
            try (Stream<Path> rest = Files.list(base.resolve("run"))) {
                assertEquals(0, rest.count());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.disk.done", "start.network", "start.network.done", "start.devices",
        "start.devices.done", "start.launch", "start.launch.done", "start.hello.done", "start.ports.done", "start.run.done",
        "start.commit", "start.commit.done", "remove.intent.done", "remove.files.done"})
    void theNextEngineEndsWhatTheLastOneLeftAtAnyPoint(String point) throws Exception {
        Engine dying = Fakes.engine(base, host.socket, p -> {
            if (p.equals(point)) {
                throw new Ended();
            }
        }, null);
        dying.open();
        ContainerService before = new ContainerService(() -> dying);
        ContainerInfo c = before.create(spec());
        try {
            before.start(c.id);
            before.await(c.id, Until.NOT_RUNNING);
            before.remove(c.id, false);
        } catch (Ended ended) {
            assertEquals(null, ended.getMessage());
        }
        dying.close();
        Engine engine = Fakes.engine(base, host.socket, p -> { }, null);
        engine.open();
        try {
            ContainerService containers = new ContainerService(() -> engine);
            engine.awaitReconciled();
            if (point.startsWith("remove")) {
                assertEquals(0, containers.list().size());
                return;
            }
            if (point.equals("start.commit.done")) {
                assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
            }
            engine.networks().list();
            Fakes.sweep(engine);
            assertEquals(NOTHING, host.leftovers());
            assertNoRunDirectory();
            containers.start(c.id);
            assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
            assertEquals(NOTHING, host.leftovers());
        } finally {
            engine.close();
        }
    }
}
