package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers.Until;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What restart policies do, also when a start fails or the engine ends at a point of it. */
@Timeout(60)
class RestartsTest extends OneEngine {

    private String withPolicy(String policy, int retries, String... words) {
        ContainerSpec spec = Fakes.spec(words);
        spec.restartPolicy = policy;
        spec.restartRetries = retries;
        return containers.create(spec).id;
    }

    private String end(String id) {
        ContainerInfo info = containers.inspect(id);
        return info.state + " " + info.exitCode;
    }

    private void awaitExited(String id, int restarts) throws InterruptedException {
        await(engine.find(id), c -> c.info().restarts >= restarts && c.state() == ContainerState.EXITED && c.run() == null);
    }

    private static ContainerSpec restartedOnce() {
        ContainerSpec wanted = Fakes.ending();
        wanted.restartPolicy = "on-failure";
        wanted.restartRetries = 1;
        return wanted;
    }

    /** Waits for the end that follows the only restart. */
    private static void awaitLastEnd(Container container) throws InterruptedException {
        await(container, c -> c.info().restarts > 0 && c.state() == ContainerState.EXITED && c.run() == null);
        assertEquals(1, container.info().restarts);
    }

    @Test
    void onFailureRestartsSoOftenAndThenLeavesIt() throws Exception {
        open();
        ContainerSpec spec = Fakes.spec("exit", "1");
        spec.restartPolicy = "on-failure";
        spec.restartRetries = 2;
        ContainerInfo c = containers.create(spec);
        containers.start(c.id);
        awaitExited(c.id, 2);
        assertEquals(2, containers.inspect(c.id).restarts);
        assertEquals(1, containers.inspect(c.id).exitCode);
        List<String> actions = new ArrayList<>();
        new EventService(() -> engine).read(java.time.Instant.EPOCH, java.time.Instant.now(), e -> actions.add(e.action()));
        List<String> life = List.of("connect", "start", "die", "disconnect");
        assertEquals(Stream.of(List.of("create"), life, life, life).flatMap(List::stream).toList(), actions);
        assertEquals(Duration.ofMillis(100), Restarts.pause(0));
        assertEquals(Duration.ofMillis(800), Restarts.pause(3));
        assertEquals(Duration.ofMinutes(1), Restarts.pause(50));
    }

    @Test
    void aStoppedContainerIsNotRestartedButAVanishedOneIs() throws Exception {
        open();
        ContainerSpec spec = Fakes.spec("sleep");
        spec.restartPolicy = "always";
        ContainerInfo c = containers.create(spec);
        containers.start(c.id);
        host.vms.get(c.id).end();
        await(engine.find(c.id), now -> now.info().restarts > 0 && now.state() == ContainerState.RUNNING);
        containers.stop(c.id, Duration.ofSeconds(20));
        assertEquals(ContainerState.EXITED, containers.inspect(c.id).state);
        assertEquals(143, containers.inspect(c.id).exitCode);
    }

    /** What a Docker Engine 20.10 does whose processes and directory in /run are all gone when it starts. */
    @Test
    void afterARebootOfTheHostPoliciesSayWhatRunsAgain() throws Exception {
        open();
        Map<String, String> running = new TreeMap<>();
        Map<String, String> stopped = new TreeMap<>();
        Map<String, String> made = new TreeMap<>();
        for (String policy : List.of("no", "on-failure", "unless-stopped", "always")) {
            running.put(policy, withPolicy(policy, 0, "sleep"));
            stopped.put(policy, withPolicy(policy, 0, "sleep"));
            made.put(policy, withPolicy(policy, 0, "sleep"));
            containers.start(running.get(policy));
            containers.start(stopped.get(policy));
            containers.stop(stopped.get(policy), Duration.ofSeconds(20));
        }
        String well = withPolicy("on-failure", 0, "exit", "0");
        String full = withPolicy("on-failure", 1, "exit", "3");
        for (String id : List.of(well, full)) {
            containers.start(id);
        }
        awaitExited(full, 1);
        containers.await(well, Until.NOT_RUNNING);
        ContainerSpec leaving = Fakes.spec("sleep");
        leaving.autoRemove = true;
        String left = containers.create(leaving).id;
        containers.start(left);
        engine.close();
        host.vms.values().forEach(FakeHost.Vm::end); // The host has nothing of before but the home.
        host.taps.clear();
        Clearing.delete(base.resolve("run"));
        open();
        engine.awaitReconciled();
        for (String id : List.of(running.get("on-failure"), running.get("unless-stopped"), running.get("always"), stopped.get("on-failure"),
                stopped.get("always"))) {
            await(engine.find(id), c -> c.state() == ContainerState.RUNNING);
            assertEquals(0, containers.inspect(id).restarts);
        }
        assertEquals("EXITED 255", end(running.get("no")));
        assertEquals("EXITED 143", end(stopped.get("no")));
        assertEquals("EXITED 143", end(stopped.get("unless-stopped")));
        assertEquals("EXITED 0", end(well));
        assertEquals("EXITED 3", end(full));
        made.values().forEach(id -> assertEquals("CREATED 0", end(id)));
        assertThrows(HyprException.class, () -> containers.inspect(left));
        containers.list().forEach(c -> containers.remove(c.id, true));
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    /** As Docker, which starts at once what waited for its restart, and counts from there; only a number of attempts is kept to. */
    @Test
    void aNewEngineCountsRestartsAnew() throws Exception {
        open();
        String always = withPolicy("always", 0, "exit", "3");
        String limited = withPolicy("on-failure", 50, "exit", "3");
        for (String id : List.of(always, limited)) {
            containers.start(id);
            await(engine.find(id), c -> c.info().restarts >= 3);
        }
        await(engine.find(always), c -> c.ask(r -> r.restartAt != null && r.restartAt.isAfter(Instant.now().plusMillis(300))));
        engine.close();
        CountDownLatch seen = new CountDownLatch(1);
        open(p -> {
            if (p.equals("start.intent")) {
                awaitQuietly(seen);
            }
        });
        try {
            engine.awaitReconciled();
            assertEquals(0, containers.inspect(always).restarts);
            assertEquals(ContainerState.RESTARTING, containers.inspect(always).state);
            assertTrue(containers.inspect(limited).restarts >= 3);
        } finally {
            seen.countDown();
        }
        await(engine.find(always), c -> c.info().restarts >= 1);
        containers.list().forEach(c -> containers.remove(c.id, true));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.launch.done", "start.hello.done", "start.run", "start.run.done", "start.commit"})
    void aRestartThatTheEngineDidNotSurviveIsCountedOnce(String point) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        AtomicInteger passed = new AtomicInteger();
        open(p -> {
            if (reached.getCount() == 0 || p.equals(point) && passed.incrementAndGet() == 2) {
                reached.countDown();
                throw new Ended();
            }
        });
        ContainerInfo c = containers.create(restartedOnce());
        containers.start(c.id);
        reached.await();
        engine.close();
        assertCarriedOn(c.id);
    }

    /** The next engine restarts the container, once. */
    private void assertCarriedOn(String id) throws Exception {
        open();
        engine.awaitReconciled();
        awaitLastEnd(engine.find(id));
        assertEquals(4, containers.inspect(id).exitCode);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent.done", "start.launch", "start.launch.done", "start.hello.done", "start.run"})
    void aRestartThatTheEndOfTheEngineCutsOffUsesNoAttemptUp(String point) throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicInteger passed = new AtomicInteger();
        open(p -> {
            if (p.equals(point) && passed.incrementAndGet() == 2) {
                Engine ending = engine;
                Thread.ofPlatform().start(() -> {
                    ending.close();
                    closed.countDown();
                });
                while (!ending.isClosed()) {
                    Thread.onSpinWait();
                }
            }
        });
        ContainerInfo c = containers.create(restartedOnce());
        containers.start(c.id);
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
        open(Fakes.engine(base, host.socket, settings, null));
        ContainerInfo c = containers.create(restartedOnce());
        containers.start(c.id);
        awaitLastEnd(engine.find(c.id));
        assertEquals(4, passed.get());
        assertEquals("", containers.inspect(c.id).error);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"end.intent", "end.intent.done", "end.clear.done"})
    void anEndThatFindsNoRoomKeepsItsReason(String point) throws Exception {
        AtomicInteger passed = new AtomicInteger();
        Settings settings = Fakes.settings(base, p -> {
            if (p.equals(point) && passed.incrementAndGet() < 3) {
                throw new HyprException(ErrorCode.EXHAUSTED, "The disk is full.");
            }
        }, new Settings.Waits(Duration.ofMillis(50), Settings.Waits.USUAL.fromTemplate()));
        open(Fakes.engine(base, host.socket, settings, null));
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        backend().endings.put(c.id, "The guest reset its machine.");
        host.vms.get(c.id).end();
        assertEquals(137, containers.await(c.id, Until.NOT_RUNNING));
        assertEquals("The guest reset its machine.", containers.inspect(c.id).error);
        assertEquals(3, passed.get());
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void anEndThatCannotBeClearedAwayIsClearedAwayLaterAndThePolicyActs() throws Exception {
        open();
        ContainerInfo c = containers.create(restartedOnce());
        backend().stuck = true;
        containers.start(c.id);
        assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
        assertEquals(0, containers.inspect(c.id).restarts);
        backend().stuck = false;
        awaitLastEnd(engine.find(c.id));
        await(engine.find(c.id), now -> now.record().phase == Phase.IDLE);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void aRestartThatFailsAndCannotBeClearedAwayIsTriedAgain() throws Exception {
        AtomicInteger passed = new AtomicInteger();
        open(p -> {
            if (p.equals("start.run") && passed.incrementAndGet() == 2) {
                backend().stuck = true;
                throw new HyprException(ErrorCode.INTERNAL, "It does not come up.");
            }
        });
        ContainerSpec wanted = Fakes.ending();
        wanted.restartPolicy = "on-failure";
        wanted.restartRetries = 2;
        ContainerInfo c = containers.create(wanted);
        containers.start(c.id);
        Container container = engine.find(c.id);
        await(container, now -> !now.info().error.isEmpty());
        backend().stuck = false;
        await(container, now -> now.info().restarts == 2 && now.state() == ContainerState.EXITED && now.run() == null);
        assertEquals(3, passed.get());
        await(container, now -> now.record().phase == Phase.IDLE);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"end.intent", "end.intent.done", "end.off.done", "end.clear.done", "end.conclude.done"})
    void anEndThatTheEngineDidNotSurviveIsCarriedOn(String point) throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        openUntil(point, reached);
        ContainerInfo c = containers.create(restartedOnce());
        containers.start(c.id);
        reached.await();
        engine.close();
        open();
        engine.awaitReconciled();
        awaitLastEnd(engine.find(c.id));
        assertEquals(4, containers.inspect(c.id).exitCode);
        assertNothingLeft();
    }
}
