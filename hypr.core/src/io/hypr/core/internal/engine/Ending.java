package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.logs.JournalState;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What follows when the workload of a run has ended, or its microVM. */
final class Ending {

    /** Exit status of a workload whose microVM vanished. */
    static final int KILLED = 137;
    /** Exit status of a workload whose microVM went with the host: as Docker's. */
    private static final int LOST = 255;
    /** How long a microVM may take to write its disk and power off. */
    private static final Duration POWER_OFF = Duration.ofSeconds(10);

    private final Engine engine;
    private final Container container;

    Ending(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
    }

    /**
     * A microVM that ended before its workload.
     *
     * @param why its VMM told; empty = nobody knows
     * @param lost whether the host went with it
     */
    private record Vanished(String why, boolean lost) {
    }

    /** Clears a run away and says what became of it; does nothing if that was done. */
    void settle(Run run) {
        settle(run, null);
    }

    /** @param known what an attempt that failed had found out, which the log alone does not tell */
    private void settle(Run run, Vanished known) {
        Vanished vanished = known;
        container.operation().lock();
        try {
            if (container.run() != run || engine.isClosed()) {
                return;
            }
            engine.settings().points().accept("end.intent");
            JournalState state = container.log().state();
            if (!state.ended()) {
                vanished = new Vanished(run.ending(), Files.notExists(engine.runDirectory(container.id()))); // The host's next start has it empty.
                container.log().end(0, vanished.lost ? LOST : KILLED, false, System.currentTimeMillis() * 1_000_000);
            }
            boolean lost = vanished != null && vanished.lost;
            boolean cleared = vanished == null && container.ask(r -> r.info.spec.autoRemove) ? endWithItsDisk() : end(run, vanished);
            if (engine.isClosed()) {
                return; // If its link was cut, then perhaps before the guest had written its disk: the next engine asks the guest again.
            }
            engine.settings().points().accept("end.conclude.done");
            engine.restarts().resume(container);
            container.ended();
            if (!cleared) {
                engine.restarts().clearLater(container);
            } else if (lost) {
                new Reconciler(engine).idle(container, container.record());
            }
        } catch (IOException | HyprException e) {
            if (engine.isClosed()) {
                return; // The next engine goes on with it.
            }
            engine.log().error("The end of container {} could not be kept: {} It is tried again.", container.id(), e.getMessage(), e);
            Vanished found = vanished;
            engine.restarts().later("end of " + container.id(), () -> settle(run, found));
            return;
        } finally {
            container.operation().unlock();
        }
        if (container.ask(r -> r.info.spec.autoRemove) && !engine.isClosed()) {
            new Removal(engine, container).afterEnd();
        }
    }

    /** @return whether nothing of the run is left; false also if the engine has ended */
    private boolean end(Run run, Vanished vanished) {
        Surroundings around = new Surroundings(engine, container);
        container.change(r -> r.phase = Phase.ENDING);
        engine.settings().points().accept("end.intent.done");
        if (vanished == null) {
            powerOff(run);
        }
        if (engine.isClosed()) {
            return false;
        }
        engine.settings().points().accept("end.off.done");
        boolean cleared = new Clearing(engine, container).rest();
        engine.settings().points().accept("end.clear.done");
        if (!engine.isClosed()) {
            conclude(around, cleared, vanished == null || !vanished.lost, vanished == null ? "" : vanished.why);
        }
        return cleared;
    }

    /** Nobody reads the disk of a container that goes now: its microVM is ended while that is written down. Returns as above. */
    private boolean endWithItsDisk() {
        Surroundings around = new Surroundings(engine, container);
        CompletableFuture<Boolean> rest = CompletableFuture.supplyAsync(new Clearing(engine, container)::rest, Thread::startVirtualThread);
        try {
            conclude(around, false, true, "");
        } finally {
            rest.join();
        }
        engine.settings().points().accept("end.clear.done");
        boolean cleared = rest.join();
        if (cleared) {
            container.note(r -> r.phase = Phase.IDLE); // Its removal makes it safe.
        }
        return cleared;
    }

    /**
     * Says what became of a run, which the log knows.
     *
     * @param around what it leaves
     * @param cleared whether nothing of the run is left
     * @param decides whether it is said, too, whether the container starts again
     * @param why its microVM vanished; empty = it did not, or nobody knows
     */
    void conclude(Surroundings around, boolean cleared, boolean decides, String why) {
        JournalState state;
        try {
            state = container.log().state();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The log of container " + container.id() + " cannot be read.", e);
        }
        int status = state.status();
        boolean oom = state.oom();
        Instant finished = plausible(state.endTime(), container.ask(r -> r.info.started));
        container.change(r -> {
            r.phase = cleared ? Phase.IDLE : Phase.ENDING;
            r.info.state = ContainerState.EXITED;
            r.info.exitCode = status;
            r.info.error = why;
            r.info.oomKilled = oom;
            if (r.info.health != null) {
                r.info.health.status = "unhealthy"; // As Docker has it when nobody looks after it any more.
            }
            r.info.finished = finished;
            if (decides) {
                Restarts.decide(r);
            }
        });
        if (!why.isEmpty()) {
            engine.log().warn("The microVM of {} vanished: {}", container.id(), why);
        }
        if (oom) {
            container.event("oom", Map.of());
        }
        container.event("die", Map.of("exitCode", Integer.toString(status)));
        around.left();
    }

    /** Lets the guest write its disk. One that goes with its disk is ended as it is cleared away. */
    void powerOff(Run run) {
        try {
            Result r = Run.await(run.shutdown(), POWER_OFF);
            if (r.errno() == 0 && run.hold().awaitExit(POWER_OFF)) {
                return;
            }
            engine.log().warn("The microVM of {} did not power off; it is ended by force.", container.id());
            run.hold().kill();
        } catch (HyprException e) {
            engine.log().debug("The microVM of {} was gone before it could power off: {}", container.id(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The guest's clock says it best, unless it runs wrong. */
    private static Instant plausible(long nanos, Instant started) {
        Instant now = Instant.now();
        Instant said = Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000);
        return said.isAfter(now) || started != null && said.isBefore(started) ? now : said;
    }
}
