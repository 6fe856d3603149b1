package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A failure, and the end of the engine, at every point that an update passes. */
@Timeout(60)
class UpdateFaultTest extends OneEngine {

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

    private String lastCall(String what) {
        return backend().calls.stream().filter(c -> c.startsWith(what)).reduce("", (first, last) -> last);
    }

    private String held(FakeBackend backend, String id) {
        return backend.calls + " " + host.vms.get(id).guest.limits;
    }

    @ParameterizedTest
    @ValueSource(strings = {"update.intent", "update.intent.done", "update.memory", "update.memory.done", "update.guest", "update.guest.done",
        "update.host", "update.host.done", "update.commit"})
    void anUpdateThatFailsAtAnyPointIsUndone(String point) {
        open(p -> {
            if (p.equals(point)) {
                throw new HyprException(ErrorCode.EXHAUSTED, "Nothing is left at " + p + ".");
            }
        });
        ContainerInfo c = containers.create(growing());
        containers.start(c.id);
        HyprException e = assertThrows(HyprException.class, () -> containers.update(c.id, change()));
        assertEquals("Nothing is left at " + point + ".", e.getMessage());
        ContainerInfo now = containers.inspect(c.id);
        assertEquals(List.of(128L << 20, 128L << 20, 0.0, 0L, "no"),
            List.of(now.memory, now.spec.memory, now.spec.cpus, now.spec.pidsLimit, now.spec.restartPolicy));
        assertTrue(lastCall("memory").matches("|memory 128"), held(backend(), c.id));
        assertTrue(lastCall("limits").matches("|limits 0.0 1024 '' 0"), held(backend(), c.id));
        assertTrue(List.of("{}", "{cpu.max=max 100000, pids.max=max}").contains(host.vms.get(c.id).guest.limits.toString()), held(backend(), c.id));
        assertNull(engine.find(c.id).ask(r -> r.update));
        containers.remove(c.id, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"update.intent", "update.intent.done", "update.memory", "update.memory.done", "update.guest", "update.guest.done",
        "update.host", "update.host.done", "update.commit", "update.commit.done"})
    void anUpdateThatTheEngineDidNotSurviveHoldsWhollyOrNotAtAll(String point) throws Exception {
        openUntil(point, new CountDownLatch(1));
        ContainerInfo c = containers.create(growing());
        containers.start(c.id);
        assertThrows(Ended.class, () -> containers.update(c.id, change()));
        FakeBackend before = backend();
        engine.close();
        open();
        engine.awaitReconciled();
        await(engine.find(c.id), now -> now.record().update == null);
        ContainerInfo now = containers.inspect(c.id);
        boolean changed = !point.equals("update.intent");
        assertEquals(changed ? List.of(192L << 20, 0.5, 20L, "always") : List.of(128L << 20, 0.0, 0L, "no"),
            List.of(now.memory, now.spec.cpus, now.spec.pidsLimit, now.spec.restartPolicy));
        String all = "[memory 192, limits 0.5 1024 '' 0] {cpu.max=50000 100000, pids.max=20}";
        String held = held(backend(), c.id);
        if (point.equals("update.commit.done")) {
            assertEquals(all, held(before, c.id));
            assertEquals("[]", backend().calls.toString());
        } else {
            assertEquals(changed ? all : "[] {}", held);
        }
        containers.remove(c.id, true);
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }

    @Test
    void anUpdateThatTheEngineAndTheContainerDidNotSurviveCountsFromTheNextStart() throws Exception {
        openUntil("update.memory", new CountDownLatch(1));
        ContainerInfo c = containers.create(growing());
        containers.start(c.id);
        assertThrows(Ended.class, () -> containers.update(c.id, change()));
        engine.close();
        host.vms.get(c.id).end();
        open();
        await(engine.find(c.id), now -> now.record().update == null);
        assertEquals(192L << 20, containers.inspect(c.id).memory);
        containers.remove(c.id, true);
    }
}
