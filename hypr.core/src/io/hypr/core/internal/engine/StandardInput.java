package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.ByteBuffer;

import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.Link;
import io.hypr.core.internal.logs.ContainerLog;

/**
 * The workload's standard input: takes octets as the guest allows. What was sent is in the log before it leaves, so that a new engine knows how much more the
 * guest can take. Safe for use by any thread.
 */
final class StandardInput {

    private static final int PART = 32 << 10;

    private final Link link;
    private final ContainerLog log;
    private long allowed;
    private long sent;
    private boolean ready;
    private boolean closed;
    private boolean ended;

    StandardInput(Link link, ContainerLog log) {
        this.link = link;
        this.log = log;
    }

    void resume(long guestTaken) throws IOException {
        synchronized (this) {
            if (ready) {
                return;
            }
            allowed = log.state().credit();
            sent = log.state().input(guestTaken);
            closed = log.state().inputEnded(guestTaken);
            ready = true;
            notifyAll();
        }
    }

    synchronized void allow(long octets) {
        allowed += octets;
        notifyAll();
    }

    /** The process has ended: what is still written is dropped. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        while (at < offset + length) {
            while (!ended && !closed && (!ready || allowed <= sent)) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("Interrupted while the process did not read", e);
                }
            }
            if (ended || closed) {
                return;
            }
            int n = (int) Math.min(Math.min(PART, offset + length - at), allowed - sent);
            int from = at;
            long total = sent + n;
            link.send(Frame.DATA, Run.STDIN, number -> log.input(number, total, false), number -> ByteBuffer.wrap(bytes, from, n));
            sent = total;
            at += n;
        }
    }

    synchronized void close() throws IOException {
        while (!ready && !ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted before the process ran", e);
            }
        }
        if (!closed && !ended) {
            link.send(Frame.END, Run.STDIN, number -> log.input(number, sent, true), number -> ByteBuffer.allocate(0));
            closed = true;
            notifyAll();
        }
    }
}
