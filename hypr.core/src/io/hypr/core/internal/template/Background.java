package io.hypr.core.internal.template;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes templates and what comes of them, one after another on a thread of its own, when no container is being started and none was a moment ago. */
final class Background implements AutoCloseable {

    private static final long QUIET = Duration.ofMillis(300).toNanos();

    private final Map<String, Runnable> wanted = new LinkedHashMap<>();
    private int starts;
    private long lastEnd = System.nanoTime() - QUIET;
    private Thread worker;
    private boolean closed;

    synchronized void busy() {
        starts++;
    }

    synchronized void ready() {
        starts--;
        lastEnd = System.nanoTime();
        notifyAll();
    }

    /** Has something made; what is wanted already is made once, and what is just being made once more. */
    synchronized void want(String what, Runnable make) {
        if (!closed && wanted.putIfAbsent(what, make) == null && worker == null) {
            worker = Thread.ofPlatform().daemon().name("templates").priority(Thread.MIN_PRIORITY).start(this::work);
        }
    }

    private void work() {
        try {
            for (Runnable next = next(); next != null; next = next()) {
                next.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until the host has time; null when there is nothing to do any more, and the thread ends. */
    private synchronized Runnable next() throws InterruptedException {
        while (!wanted.isEmpty() && !closed) {
            long left = QUIET - (System.nanoTime() - lastEnd);
            if (starts == 0 && left <= 0) {
                return wanted.remove(wanted.keySet().iterator().next());
            }
            if (starts > 0) {
                wait();
            } else {
                wait(left / 1_000_000 + 1);
            }
        }
        worker = null;
        return null;
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Gives up what is being made and waits for that. */
    void close(Duration limit) {
        Thread last;
        synchronized (this) {
            closed = true;
            wanted.clear();
            last = worker;
            notifyAll();
        }
        if (last != null && last != Thread.currentThread()) {
            last.interrupt();
            try {
                last.join(limit);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
