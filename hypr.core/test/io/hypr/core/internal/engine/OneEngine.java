package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests of engines on a fake host of their own. One engine is open at a time; the next takes over what the last one left. */
abstract class OneEngine {

    @TempDir
    Path base;
    FakeHost host;
    Engine engine;
    ContainerService containers;

    @BeforeEach
    final void makeHost() throws IOException {
        host = new FakeHost(base);
    }

    @AfterEach
    final void endHost() throws IOException {
        if (engine != null) {
            engine.close();
        }
        host.close();
    }

    final void open() {
        open(point -> { });
    }

    /** @param points is told each point that the engine passes, and may throw */
    final void open(Consumer<String> points) {
        open(Fakes.engine(base, host.socket, points, null));
    }

    final void open(Engine next) {
        engine = next;
        engine.open();
        containers = new ContainerService(() -> engine);
    }

    /** Opens an engine that ends when it passes this point. */
    final void openUntil(String point, CountDownLatch reached) {
        open(p -> {
            if (p.equals(point) || reached.getCount() == 0) { // What other threads of it had still begun ends too.
                reached.countDown();
                throw new Ended();
            }
        });
    }

    /** Waits until a container is so; ends with the limit of the test. */
    static void await(Container container, Predicate<Container> what) throws InterruptedException {
        synchronized (container) {
            while (!what.test(container)) {
                container.wait();
            }
        }
    }

    /** Waits for what nobody tells of; ends with the limit of the test. */
    static void await(BooleanSupplier what) throws InterruptedException {
        while (!what.getAsBoolean()) {
            Thread.sleep(Duration.ofMillis(2));
        }
    }

    final FakeBackend backend() {
        return Fakes.backend(engine);
    }

    /** Nothing of any microVM is on the host. */
    final void assertNothingLeft() throws IOException {
        assertEquals(FakeHost.NOTHING, host.leftovers());
        assertEquals(List.of(), names("run"));
    }

    /** @return what a directory has; nothing if it is not there */
    final List<String> names(String directory) throws IOException {
        if (Files.notExists(base.resolve(directory))) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(base.resolve(directory))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
