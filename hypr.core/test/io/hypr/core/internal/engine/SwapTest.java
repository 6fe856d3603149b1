package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.core.internal.backend.Hold;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The bundle of a backend is replaced while a hundred calls run, in both orders: the successor comes before the other one goes, and after. */
@Timeout(120)
class SwapTest {

    private static final int CALLERS = 100;
    private static final int SWAPS = 6;

    @TempDir
    Path base;
    private volatile boolean over;

    private int call(Hold hold) {
        int calls = 0;
        while (!over) {
            assertTrue(hold.lives());
            calls++;
        }
        return calls;
    }

    @Test
    void noCallFailsAndNoneIsLeftInTheOneThatGoes() throws Exception {
        try (FakeHost host = new FakeHost(base); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Engine engine = Fakes.engine(base, host.socket, point -> { }, null);
            engine.open();
            try {
                ContainerService containers = new ContainerService(() -> engine);
                String id = containers.create(Fakes.spec("sleep")).id;
                containers.start(id);
                Hold hold = engine.find(id).run().hold();
                List<Future<Integer>> callers = new ArrayList<>();
                for (int i = 0; i < CALLERS; i++) {
                    callers.add(threads.submit(() -> call(hold)));
                }
                FakeBackend now = Fakes.backend(engine);
                for (int i = 0; i < SWAPS; i++) {
                    awaitCalls(now);
                    FakeBackend next = new FakeBackend(host.socket);
                    if (i % 2 == 0) {
                        engine.services().backends.add(next, FakeBackend.PROPERTIES);
                        engine.services().backends.remove(now);
                    } else {
                        engine.services().backends.remove(now);
                        engine.services().backends.add(next, FakeBackend.PROPERTIES);
                    }
                    assertEquals(0, now.underWay.get());
                    now = next;
                }
                awaitCalls(now);
                over = true;
                for (Future<Integer> caller : callers) {
                    assertTrue(caller.get() > 0);
                }
                assertEquals(ContainerState.RUNNING, containers.inspect(id).state);
            } finally {
                over = true;
                engine.close();
            }
        }
    }

    /** As of a session that is still called when its bundle is gone. */
    @Test
    void aClassThatWentWithABackendIsNoEndOfWhoCalledIt() throws Exception {
        try (FakeHost host = new FakeHost(base)) {
            Engine engine = Fakes.engine(base, host.socket, point -> { }, null);
            engine.open();
            try {
                ContainerService containers = new ContainerService(() -> engine);
                String id = containers.create(Fakes.spec("sleep")).id;
                Fakes.backend(engine).unloaded.set(1);
                containers.start(id);
                assertEquals(0, Fakes.backend(engine).unloaded.get());
                Hold hold = engine.find(id).run().hold();
                assertThrows(NoClassDefFoundError.class, () -> hold.call(_ -> {
                    throw new NoClassDefFoundError("one of its own");
                }));
                HyprException failure = assertThrows(HyprException.class, () -> hold.call(_ -> {
                    engine.services().backends.remove(Fakes.backend(engine));
                    engine.services().backends.add(new FakeBackend(host.socket), FakeBackend.PROPERTIES);
                    throw new NoClassDefFoundError("one that went");
                }));
                assertEquals(ErrorCode.GONE, failure.code());
                assertTrue(hold.lives());
            } finally {
                engine.close();
            }
        }
    }

    private static void awaitCalls(FakeBackend backend) throws InterruptedException {
        backend.answered.acquire(CALLERS);
    }
}
