package io.hypr.core.internal.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Steps that are taken one after another, some of them beside one another, and undone in reverse order when one fails. A step measures
 * before it acts (what it calls does, so that it can be repeated after a crash anywhere), and throws unless what it did is so.
 *
 * <p>
 * Before and after each step the plan passes a point, {@code name} and {@code name.done}. Tests let it fail or end the process there.
 */
public final class Plan {

    /** What a step does. */
    @FunctionalInterface
    public interface Act {
        /** @throws Exception if it could not be done */
        void run() throws Exception;
    }

    private record Step(String name, Act act, Act undo) {
    }

    /**
     * A step that was taken.
     *
     * @param name of its point
     * @param begun nanoseconds after the plan was made
     * @param took nanoseconds
     */
    public record Taken(String name, long begun, long took) {
    }

    private final Consumer<String> points;
    private final List<List<Step>> rows = new ArrayList<>();
    private final Deque<Step> done = new ArrayDeque<>();
    private final List<Taken> taken = new ArrayList<>();
    private final long made = System.nanoTime();

    /** @param points is told each point that the plan passes; may throw */
    public Plan(Consumer<String> points) {
        this.points = points;
    }

    /**
     * Adds a step.
     *
     * @param name of its points
     * @param act what it does
     * @param undo clears away what it did or began to do; idempotent; null = nothing
     * @return this
     */
    public Plan step(String name, Act act, Act undo) {
        rows.add(new ArrayList<>(List.of(new Step(name, act, undo))));
        return this;
    }

    /**
     * Adds a step that is taken beside the last one.
     *
     * @param name of its points
     * @param act what it does
     * @param undo clears away what it did or began to do; idempotent; null = nothing
     * @return this
     */
    public Plan beside(String name, Act act, Act undo) {
        rows.getLast().add(new Step(name, act, undo));
        return this;
    }

    /**
     * Takes all steps.
     *
     * @throws Exception of the step that failed; all that was done is undone, and what could not be undone is among its suppressed exceptions
     */
    public void run() throws Exception {
        try {
            for (List<Step> row : rows) {
                if (row.size() == 1) {
                    take(row.getFirst());
                } else {
                    together(row);
                }
            }
        } catch (Exception e) {
            undo(e);
            throw e;
        }
    }

    private void together(List<Step> row) throws Exception {
        List<Future<?>> others = new ArrayList<>();
        Exception failure = null;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Step step : row.subList(1, row.size())) {
                others.add(threads.submit(() -> {
                    take(step);
                    return null;
                }));
            }
            try {
                take(row.getFirst());
            } catch (Exception e) {
                failure = e;
            }
            for (Future<?> other : others) {
                failure = join(other, failure);
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private static Exception join(Future<?> other, Exception before) throws InterruptedException {
        try {
            other.get();
            return before;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            Exception failure = e.getCause() instanceof Exception cause ? cause : e;
            if (before == null) {
                return failure;
            }
            before.addSuppressed(failure);
            return before;
        }
    }

    private void take(Step step) throws Exception {
        // First, since a step that fails in the middle may have begun.
        synchronized (done) {
            done.push(step);
        }
        points.accept(step.name);
        long begun = System.nanoTime();
        step.act.run();
        long now = System.nanoTime();
        synchronized (taken) {
            taken.add(new Taken(step.name, begun - made, now - begun));
        }
        points.accept(step.name + ".done");
    }

    /** @return the steps that were taken so far, in the order in which they began */
    public List<Taken> taken() {
        synchronized (taken) {
            return taken.stream().sorted(Comparator.comparingLong(Taken::begun)).toList();
        }
    }

    private void undo(Exception reason) {
        for (Step step : done) {
            if (step.undo != null) {
                try {
                    step.undo.run();
                } catch (Exception e) {
                    reason.addSuppressed(e);
                }
            }
        }
    }

    /**
     * Runs something on a thread of its own.
     *
     * @param act what
     * @return done when it is done, exceptionally if it threw; an Error ends the thread too, whose handler tells it even if nobody looks here
     */
    public static CompletableFuture<Void> aside(Runnable act) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                act.run();
                done.complete(null);
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            } catch (Error e) {
                done.completeExceptionally(e);
                throw e;
            }
        });
        return done;
    }
}
