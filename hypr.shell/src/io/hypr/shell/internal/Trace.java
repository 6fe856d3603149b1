package io.hypr.shell.internal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Output;
import io.hypr.model.HyprException;

/** What {@code run} spends its time on, from the client's exec on, as {@code --trace} shows it. */
public final class Trace {

    /** When the client began, nanoseconds of CLOCK_MONOTONIC, which {@link System#nanoTime} reads as well; clients send it with {@code --trace}. */
    private static final String BEGUN = "HYPR_BEGUN";
    private static final int NANOS_PER_MICRO = 1000;

    private record Span(String name, long begun, long took) {
    }

    private final List<Span> spans = new ArrayList<>();
    private final boolean wanted;
    private final long origin;
    private long first;

    /**
     * @param wanted whether it is shown
     * @param environment of the caller
     */
    public Trace(boolean wanted, Map<String, String> environment) {
        this.wanted = wanted;
        long now = System.nanoTime();
        String begun = environment.getOrDefault(BEGUN, "");
        origin = begun.matches("[0-9]{1,18}") && Long.parseLong(begun) <= now ? Long.parseLong(begun) : now;
        add("client", origin, now - origin);
    }

    private synchronized void add(String name, long begun, long took) {
        spans.add(new Span(name, begun - origin, took));
    }

    /**
     * Takes a step.
     *
     * @param <T> what it gives
     * @param name of the step
     * @param act what is done
     * @return what that gave
     * @throws Exception of it; the step counts all the same
     */
    public <T> T step(String name, Callable<T> act) throws Exception {
        long begun = System.nanoTime();
        try {
            return act.call();
        } finally {
            add(name, begun, System.nanoTime() - begun);
        }
    }

    /**
     * Starts a container.
     *
     * @param act starts it
     * @param steps tells the steps of that; asked only where they are shown
     * @throws Exception if it could not be started
     */
    public void start(Runnable act, Callable<List<ContainerInfo.Step>> steps) throws Exception {
        long begun = System.nanoTime();
        step("start", () -> {
            act.run();
            return null;
        });
        if (!wanted) {
            return;
        }
        try {
            for (ContainerInfo.Step s : steps.call()) {
                add("  " + s.name(), begun + s.begun() * NANOS_PER_MICRO, s.took() * NANOS_PER_MICRO);
            }
        } catch (HyprException e) {
            return; // It has ended and is gone already.
        }
    }

    /**
     * @param output of the command
     * @return the same, whose first octet is noted
     */
    public Output first(Output output) {
        return (stream, bytes, offset, length) -> {
            synchronized (this) {
                if (first == 0) {
                    first = System.nanoTime();
                    add("first output", first, 0);
                }
            }
            output.write(stream, bytes, offset, length);
        };
    }

    /** @param err where the table goes; milliseconds */
    public synchronized void print(PrintStream err) {
        err.printf(Locale.ROOT, "%9s %9s  %s%n", "AT", "TOOK", "STEP");
        spans.stream().sorted(Comparator.comparingLong(Span::begun))
                .forEach(s -> err.printf(Locale.ROOT, "%9.1f %9.1f  %s%n", s.begun / 1e6, s.took / 1e6, s.name));
        err.flush();
    }
}
