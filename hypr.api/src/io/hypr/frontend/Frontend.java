package io.hypr.frontend;

import java.time.Duration;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Something that users talk to. Implemented by front ends, called by whoever stops the daemon.
 */
@ConsumerType
@FunctionalInterface
public interface Frontend {

    /**
     * Takes no new work and waits for what is under way to end. Containers are not touched.
     *
     * @param limit how long to wait
     * @return true if nothing is under way any more
     * @throws InterruptedException if the thread was interrupted
     */
    boolean drain(Duration limit) throws InterruptedException;
}
