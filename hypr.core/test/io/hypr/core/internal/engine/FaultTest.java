package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
