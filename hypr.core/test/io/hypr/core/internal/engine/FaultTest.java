package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers.Until;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A failure, and the end of the engine, at every point of a start, a visit, a pause and a removal. */
@Timeout(60)
class FaultTest extends OneEngine {

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.rootfs", "start.disk", "start.disk.done", "start.network",
    "start.network.done", "start.devices", "start.devices.done",
        "start.launch", "start.launch.done", "start.hello", "start.hello.done", "start.ports", "start.ports.done", "start.run",
        "start.run.done", "start.commit"})
    void aFailureAtAnyPointOfAStartLeavesNothing(String point) throws Exception {
        boolean[] armed = {true};
        open(p -> {
            if (armed[0] && p.equals(point)) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
            }
        });
        ContainerInfo c = containers.create(Fakes.ending());
        HyprException e = assertThrows(HyprException.class, () -> containers.start(c.id));
        assertEquals("Nothing is left at " + point + ".", e.getMessage());
        assertNothingLeft();
        ContainerInfo now = containers.inspect(c.id);
        assertEquals(ContainerState.CREATED, now.state);
        assertEquals(e.getMessage(), now.error);
        assertEquals(128, now.exitCode);
        assertTrue(now.networks.isEmpty() && now.published.isEmpty());
        armed[0] = false;
        containers.start(c.id);
        assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
    }

    @ParameterizedTest
    @ValueSource(strings = {"visit.intent", "visit.intent.done", "visit.rootfs.done", "visit.disk.done", "visit.volumes.done", "visit.launch",
        "visit.launch.done", "visit.hello", "visit.hello.done", "visit.setup", "visit.setup.done"})
    void aVisitThatTheEngineDidNotSurviveLeavesTheContainerAsItWas(String point) throws Exception {
        openUntil(point, new CountDownLatch(1));
        ContainerInfo c = containers.create(Fakes.ending());
        assertThrows(Ended.class, () -> new InsideService(() -> engine).open(c.id));
        engine.close();
        open();
        engine.awaitReconciled();
        assertNothingLeft();
        assertFalse(Files.exists(base.resolve("home/containers").resolve(c.id).resolve("visit")));
        assertEquals(ContainerState.CREATED, containers.inspect(c.id).state);
        assertEquals("", containers.inspect(c.id).error);
        new InsideService(() -> engine).open(c.id).close();
        containers.start(c.id);
        assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
    }

    @Test
    void aGuestThatWaitsForRoomOnTheDiskIsSaidToWait() {
        open();
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        Run run = engine.find(c.id).run();
        HyprException silent = assertThrows(HyprException.class, () -> run.answer(new CompletableFuture<>(), Duration.ofMillis(1)));
        assertEquals(ErrorCode.TIMEOUT, silent.code());
        backend().stalled.add(c.id);
        HyprException full = assertThrows(HyprException.class, () -> run.answer(new CompletableFuture<>(), Duration.ofMillis(1)));
        assertEquals(ErrorCode.EXHAUSTED, full.code());
        assertTrue(full.getMessage().contains("is full"), full.getMessage());
        containers.remove(c.id, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause.done", "unpause.intent.done"})
    void aMicrovmThatIsPausedAndNotRecordedAsSuchGoesOn(String point) {
        openUntil(point, new CountDownLatch(1));
        ContainerInfo c = containers.create(Fakes.spec("sleep"));
        containers.start(c.id);
        backend().stalled.add(c.id);
        assertThrows(Ended.class, () -> {
            containers.pause(c.id);
            containers.unpause(c.id);
        });
        engine.close();
        open();
        engine.awaitReconciled();
        backend().stalled.add(c.id);
        new DiskWatch(engine).look(1L << 40);
        assertEquals(List.of("resume " + c.id), backend().calls);
        assertEquals(ContainerState.RUNNING, containers.inspect(c.id).state);
        containers.remove(c.id, true);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void aFailedStartThatCannotBeClearedAwayIsClearedAwayLater() throws Exception {
        boolean[] armed = {true};
        open(p -> {
            if (armed[0] && p.equals("start.run")) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
            }
        });
        ContainerInfo c = containers.create(Fakes.ending());
        backend().stuck = true;
        assertThrows(HyprException.class, () -> containers.start(c.id));
        HyprException again = assertThrows(HyprException.class, () -> containers.start(c.id));
        assertTrue(again.getMessage().contains("could not be cleared away yet"), again.getMessage());
        assertThrows(HyprException.class, () -> new InsideService(() -> engine).open(c.id));
        assertEquals(1, host.vms.size());
        backend().stuck = false;
        await(engine.find(c.id), now -> now.record().phase == Phase.IDLE);
        assertEquals(FakeHost.NOTHING, host.leftovers());
        assertEquals(ContainerState.CREATED, containers.inspect(c.id).state);
        assertEquals("Nothing is left at start.run.", containers.inspect(c.id).error);
        backend().stuck = true;
        assertThrows(HyprException.class, () -> containers.start(c.id));
        backend().stuck = false;
        armed[0] = false;
        containers.start(c.id); // At once, as well.
        assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
        armed[0] = true;
        backend().stuck = true;
        assertThrows(HyprException.class, () -> containers.start(c.id));
        assertThrows(HyprException.class, () -> containers.remove(c.id, true));
        assertEquals(ContainerState.DEAD, containers.inspect(c.id).state);
        backend().stuck = false;
        containers.remove(c.id, true);
        assertEquals(0, containers.list().size());
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"start.intent", "start.intent.done", "start.disk.done", "start.network", "start.network.done", "start.devices",
        "start.devices.done", "start.launch", "start.launch.done", "start.hello.done", "start.ports.done", "start.run.done",
        "start.commit", "start.commit.done", "remove.intent.done", "remove.files.done"})
    void theNextEngineEndsWhatTheLastOneLeftAtAnyPoint(String point) throws Exception {
        open(p -> {
            if (p.equals(point)) {
                throw new Ended();
            }
        });
        ContainerInfo c = containers.create(Fakes.ending());
        try {
            containers.start(c.id);
            containers.await(c.id, Until.NOT_RUNNING);
            containers.remove(c.id, false);
        } catch (Ended ended) {
            assertEquals(null, ended.getMessage());
        }
        engine.close();
        open();
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
        assertNothingLeft();
        containers.start(c.id);
        assertEquals(4, containers.await(c.id, Until.NOT_RUNNING));
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }
}
