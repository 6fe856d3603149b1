package io.hypr.image.internal.registry;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.Function;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * How long to try. What cannot get better by itself is not tried again: a host that is not there, an address that breaks the rules.
 *
 * @param attempts in a row that bring nothing new
 * @param delay before the second attempt; doubled before each further one
 * @param patience how long an answer, or the next part of one, may take
 */
public record Retries(int attempts, Duration delay, Duration patience) {

    private static final Duration LONGEST = Duration.ofSeconds(10);

    /**
     * Something that can fail for a while.
     *
     * @param <T> what it gives
     */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException, InterruptedException;
    }

    /** A registry that is there but cannot now. */
    static final class Later extends IOException {

        private static final long serialVersionUID = 1;

        private final HyprException failure;
        private final String after;

        Later(HyprException failure, String after) {
            super(failure.getMessage());
            this.failure = failure;
            this.after = after;
        }
    }

    /**
     * Tries until it works or the attempts are used up.
     *
     * @param attempt what to do
     * @param failed makes the last failure's exception
     * @return what it gives
     */
    <T> T run(Attempt<T> attempt, Function<IOException, HyprException> failed) {
        for (int i = 1;; i++) {
            try {
                return attempt.run();
            } catch (IOException e) {
                pause(e, i, failed);
            } catch (InterruptedException e) {
                throw cancelled(e);
            }
        }
    }

    /**
     * Waits before the next attempt.
     *
     * @param e how the last one failed
     * @param done attempts so far
     * @param failed makes the exception if there is no next one
     */
    void pause(IOException e, int done, Function<IOException, HyprException> failed) {
        if (e instanceof InterruptedIOException && Thread.currentThread().isInterrupted()) {
            throw cancelled(e);
        }
        Duration wait = delay.multipliedBy(1L << Math.min(done - 1, 10));
        wait = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        boolean hopeless = e instanceof ConnectException || e instanceof UnknownHostException || e instanceof ProtocolException;
        if (e instanceof Later later && later.after.matches("\\d{1,9}")) {
            wait = Duration.ofSeconds(Long.parseLong(later.after));
            hopeless = wait.compareTo(LONGEST) > 0;
        }
        if (hopeless || done >= attempts) {
            throw e instanceof Later later ? later.failure : failed.apply(e);
        }
        try {
            Thread.sleep(wait);
        } catch (InterruptedException interrupted) {
            throw cancelled(interrupted);
        }
    }

    static HyprException cancelled(Exception e) {
        Thread.currentThread().interrupt();
        return new HyprException(ErrorCode.CANCELLED, "The transfer was cancelled.", e);
    }
}
