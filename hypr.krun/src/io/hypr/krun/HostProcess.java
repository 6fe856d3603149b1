package io.hypr.krun;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A hold on a process of this host that was started by whatever daemon. Implemented for each system; safe for use by several threads. */
public interface HostProcess extends AutoCloseable {

    /** @return its number */
    long pid();

    /** @return whether it runs; throws {@code GONE} when this is closed */
    boolean isAlive();

    /**
     * Waits for its end.
     *
     * @param limit how long; null = for ever
     * @return whether it has ended
     * @throws InterruptedException if the thread was interrupted
     * @throws io.hypr.model.HyprException {@code GONE} when this is closed meanwhile
     */
    boolean awaitExit(Duration limit) throws InterruptedException;

    /** Kills the process and waits until it is gone. */
    void kill();

    /** Stops it and waits for that, see {@link #awaitStopped}. Idempotent. */
    void stop();

    /** Waits until it is stopped or has ended: a busy host takes a moment to stop it. No longer than a second, as another caller may let it go on meanwhile. */
    default void awaitStopped() {
        long end = System.nanoTime() + 1_000_000_000L;
        while (isAlive() && !isStopped() && end - System.nanoTime() > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** Lets it go on. Idempotent. */
    void resume();

    /** @return whether it is stopped */
    boolean isStopped();

    /** Lets go of the process, which is not affected. */
    @Override
    void close();
}
