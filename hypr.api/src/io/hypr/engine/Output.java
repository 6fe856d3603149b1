package io.hypr.engine;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Takes what a process writes. Called by one thread at a time, in order. It may block: a slow taker holds the process back after a bounded buffer, as a
 * slow client of Docker does. An exception ends the attachment, not the process.
 */
@ConsumerType
@FunctionalInterface
public interface Output {

    /** Takes nothing, and holds nobody back. */
    Output NONE = (stream, bytes, offset, length) -> {
    };

    /**
     * Gets a piece of output.
     *
     * @param stream 1 = standard output, 2 = standard error; a terminal has only 1
     * @param bytes holds the output; not to be kept or changed
     * @param offset of the first octet
     * @param length how many, at least 1
     */
    void write(int stream, byte[] bytes, int offset, int length);
}
