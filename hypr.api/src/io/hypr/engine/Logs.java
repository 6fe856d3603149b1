package io.hypr.engine;

import java.time.Instant;

import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What containers have written. Implemented by the engine, called from any thread.
 */
@ProviderType
public interface Logs {

    /**
     * Reads a container's output in the order in which it came.
     *
     * @param container name or id
     * @param query what of it
     * @param sink takes it, called by the calling thread
     * @throws InterruptedException if the thread was interrupted, which is how following ends early
     */
    void read(String container, Query query, Sink sink) throws InterruptedException;

    /**
     * What to read.
     *
     * @param stdout whether standard output is wanted
     * @param stderr whether standard error is wanted
     * @param since only what came at that moment or later; null = from the beginning
     * @param until only what came before; null = to the end
     * @param tail only so many last lines; negative = all
     * @param follow whether to wait for more until the container ends
     * @param together whether lines that came at once may be handed out at once, which takes much less time
     */
    record Query(boolean stdout, boolean stderr, Instant since, Instant until, int tail, boolean follow, boolean together) {

        /**
         * A query that has each line handed out by itself.
         *
         * @param stdout as above
         * @param stderr as above
         * @param since as above
         * @param until as above
         * @param tail as above
         * @param follow as above
         */
        public Query(boolean stdout, boolean stderr, Instant since, Instant until, int tail, boolean follow) {
            this(stdout, stderr, since, until, tail, follow, false);
        }
    }

    /** Takes output. */
    @ConsumerType
    @FunctionalInterface
    interface Sink {

        /**
         * Gets a line, or several that came at once if the query allows that.
         *
         * @param stream 1 = standard output, 2 = standard error
         * @param time when it came
         * @param bytes a line with its line feed, or a part of one if it is long or the last; or whole lines
         */
        void line(int stream, Instant time, byte[] bytes);
    }
}
