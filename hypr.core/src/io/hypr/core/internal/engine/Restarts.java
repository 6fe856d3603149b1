package io.hypr.core.internal.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Starts containers again as their policies say, each time after a longer pause. */
final class Restarts {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    /** A container that ran for so long is well: the pause begins anew. */
    private static final Duration WELL = Duration.ofSeconds(10);

    private final Engine engine;
    private final ScheduledThreadPoolExecutor clock;

    Restarts(Engine engine) {
        this.engine = engine;
        this.clock = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("restarts").factory());
        clock.setRemoveOnCancelPolicy(true);
    }

    /** @return the pause before a restart */
    static Duration pause(int failures) {
        Duration pause = FIRST.multipliedBy(1L << Math.min(failures, 20));
        return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    }

    /** Checks what is asked for, and fills in what it leaves open. */
    static void check(ContainerSpec spec) {
        String policy = NewContainer.or(spec.restartPolicy, "no");
        if (!List.of("no", "always", "unless-stopped", "on-failure").contains(policy)) {
            throw NewContainer.invalid("invalid restart policy '" + policy + "'").remedy("It is no, always, unless-stopped or on-failure[:n].");
        }
        if (spec.restartRetries != 0 && !policy.equals("on-failure")) {
            throw NewContainer.invalid("maximum retry count cannot be used with restart policy '" + policy + "'");
        }
        if (spec.restartRetries < 0) {
            throw NewContainer.invalid("maximum retry count cannot be negative");
        }
        if (spec.autoRemove && !policy.equals("no")) {
            throw NewContainer.invalid("can't create 'AutoRemove' container with restart policy");
        }
        spec.restartPolicy = policy;
    }

    static boolean wants(ContainerRecord r) {
        if (r.stoppedByUser) {
            return false;
        }
        return switch (r.info.spec.restartPolicy) {
            case "always", "unless-stopped" -> true;
            case "on-failure" -> r.info.exitCode != 0 && (r.info.spec.restartRetries == 0 || r.info.restarts < r.info.spec.restartRetries);
            case null, default -> false;
        };
    }

    /** @return whether restarts are counted against a number; else a new engine begins to count anew, as Docker does */
    static boolean isLimited(ContainerRecord r) {
        return "on-failure".equals(r.info.spec.restartPolicy);
    }

    /** @return whether a container that does not run starts with the engine: as under Docker, also what failed and what was stopped by the user since */
    static boolean wantsWithEngine(ContainerRecord r) {
        ContainerSpec spec = r.info.spec;
        return r.info.finished != null && switch (spec.restartPolicy) {
            case "always" -> true;
            case "unless-stopped" -> !r.stoppedByUser;
            case "on-failure" -> r.info.exitCode != 0 && (spec.restartRetries == 0 || r.info.restarts < spec.restartRetries);
            case null, default -> false;
        };
    }

    /** Says in the record of a container that has ended whether and when it is started again: {@link #resume} acts on it. */
    static void decide(ContainerRecord r) {
        if (r.phase != Phase.IDLE || !wants(r)) {
            return;
        }
        boolean well = r.info.started != null && r.info.finished != null && Duration.between(r.info.started, r.info.finished).compareTo(WELL) >= 0;
        int failures = well ? 0 : r.failures;
        Instant at = Instant.now().plus(pause(failures));
        r.failures = failures + 1;
        r.restartAt = at;
        r.info.state = ContainerState.RESTARTING;
    }

    /** Restarts a container if its record says so. */
    void resume(Container container) {
        Instant at = container.ask(r -> r.phase == Phase.IDLE ? r.restartAt : null);
        if (at != null) {
            schedule(container, at);
        }
    }

    /** Restarts a container at a moment, unless it is stopped, started or removed before. */
    void schedule(Container container, Instant at) {
        long left = Math.max(0, Duration.between(Instant.now(), at).toMillis());
        clock.schedule(() -> engine.aside("restart of " + container.id(), () -> restart(container, at)), left, TimeUnit.MILLISECONDS);
    }

    private void restart(Container container, Instant at) {
        container.operation().lock();
        try {
            if (container.isRemoved() || !at.equals(container.ask(r -> r.restartAt)) || engine.isClosed()) {
                return;
            }
            startAgain(container, container.record());
        } finally {
            container.operation().unlock();
        }
    }

    /** Where room is wanting the restart waits for it, and no attempt is used up, by which the pauses would grow. */
    private void startAgain(Container container, ContainerRecord before) {
        int done = before.info.restarts;
        try {
            if (before.failures == 0) {
                new Starter(engine, container).start(); // With the engine.
            } else {
                new Starter(engine, container).restart();
            }
        } catch (HyprException e) {
            if (engine.isClosed()) {
                return; // The next engine begins this attempt anew.
            }
            engine.log().warn("Container {} could not be restarted: {}", container.id(), e.getMessage());
            boolean full = e.code() == ErrorCode.EXHAUSTED;
            decideSafely(container, full ? done : done + 1, full ? engine.settings().waits().again() : Duration.ZERO);
        }
    }

    /** What is decided must be kept; where a full disk does not allow that, it is decided again. The caller holds the container's operation lock. */
    private void decideSafely(Container container, int restarts, Duration pause) {
        try {
            container.change(r -> {
                r.info.restarts = restarts;
                decide(r);
                Instant earliest = Instant.now().plus(pause);
                if (r.restartAt != null && r.restartAt.isBefore(earliest)) {
                    r.restartAt = earliest;
                }
            });
            resume(container);
        } catch (HyprException e) {
            later("restart of " + container.id(), () -> {
                container.operation().lock();
                try {
                    if (!container.isRemoved() && container.run() == null && !engine.isClosed()) {
                        decideSafely(container, restarts, pause);
                    }
                } finally {
                    container.operation().unlock();
                }
            });
        }
    }

    /** Does something again that failed for a reason that may pass, such as a full disk. */
    void later(String what, Runnable act) {
        later(engine.settings().waits().again(), what, act);
    }

    private void later(Duration pause, String what, Runnable act) {
        clock.schedule(() -> engine.aside(what, act), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Tries again to clear away what a run of a container left, each time after a longer pause, and then does what its policy says. */
    void clearLater(Container container) {
        clearLater(container, 0);
    }

    private void clearLater(Container container, int failures) {
        later(pause(failures), "clearing away after " + container.id(), () -> {
            container.operation().lock();
            try {
                ContainerRecord r = container.record();
                if (container.isRemoved() || container.run() != null || r.phase == Phase.IDLE || r.phase == Phase.REMOVING || engine.isClosed()) {
                    return; // Somebody else has come to it.
                }
                if (new Reconciler(engine).mend(container)) {
                    afterClearing(container);
                } else {
                    clearLater(container, failures + 1);
                }
            } finally {
                container.operation().unlock();
            }
        });
    }

    /** A restart that failed is one of several. */
    private void afterClearing(Container container) {
        if (container.ask(r -> r.restartAt == null && r.failures > 0 && r.info.state == ContainerState.EXITED)) {
            container.change(Restarts::decide);
            resume(container);
        }
    }

    /** Does something again and again. */
    void every(Duration pause, String what, Runnable act) {
        clock.scheduleWithFixedDelay(() -> engine.aside(what, act), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    void close() {
        clock.shutdownNow();
    }
}
