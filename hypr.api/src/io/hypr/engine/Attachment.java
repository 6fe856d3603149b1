package io.hypr.engine;

import java.io.OutputStream;

import org.osgi.annotation.versioning.ProviderType;

/**
 * A connection to the streams of a process. Made by the engine, used by one front end.
 */
@ProviderType
public interface Attachment extends AutoCloseable {

    /**
     * The process's standard input. Writing blocks while the process does not read; closing it is the end of file. Without a kept-open standard input
     * it takes and drops everything.
     *
     * @return the stream, always the same
     */
    OutputStream input();

    /**
     * Waits until all output was handed over and the process has ended, or until the attachment is closed.
     *
     * @return the exit status, 0 to 255; -1 if the attachment was closed first
     * @throws InterruptedException if the thread was interrupted
     */
    int await() throws InterruptedException;

    /** Lets go. The process runs on. Idempotent. */
    @Override
    void close();
}
