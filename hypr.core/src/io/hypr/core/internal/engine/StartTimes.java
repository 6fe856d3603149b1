package io.hypr.core.internal.engine;

import java.time.Duration;

import io.hypr.engine.SystemInfo.Starts;

/** How long microVMs took to start. Safe for use by any thread. */
final class StartTimes {

    private long count;
    private long nanos;

    synchronized void add(long took) {
        count++;
        nanos += took;
    }

    synchronized Starts starts() {
        Starts starts = new Starts();
        starts.count = count;
        starts.mean = Duration.ofNanos(count == 0 ? 0 : nanos / count);
        return starts;
    }
}
