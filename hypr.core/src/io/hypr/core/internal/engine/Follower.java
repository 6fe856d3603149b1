package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.logs.LogReader;
import io.hypr.core.internal.logs.LogRecord;
import io.hypr.engine.Attachment;
import io.hypr.engine.Output;

/**
 * A connection to the workload's streams. Its output is read from the log from the moment on at which it was made, by a thread of its own:
 * however slow its taker is, nothing is held in memory, and nobody else has to wait.
 */
final class Follower implements Attachment {

    /** How many octets a taker may be behind before the workload is held back. */
    private static final long LAG = 1 << 20;

    private final Container container;
    private final ContainerLog log;
    private final LogReader reader;
    private final Output output;
    private final OutputStream input;
    private final boolean once;
    private final Logger logger;
    private final ByteBuffer octets = ByteBuffer.allocate(LogRecord.MAX_PAYLOAD);
    private int stream;
    private int run;
    private volatile long place;
    private volatile long end;
    private int status = -1;
    private boolean done;
    private volatile boolean closed;
    private boolean inputClosed;

    /** @param reader at the place from which on the output is wanted; null if there is nothing to read */
    Follower(Container container, ContainerLog log, LogReader reader, Output output, boolean wantsInput, boolean once, Logger logger) {
        this.container = container;
        this.log = log;
        this.reader = reader;
        this.place = reader == null ? 0 : reader.place();
        this.end = place;
        this.place = place;
        this.end = place;
        this.output = output;
        this.once = once && wantsInput;
        this.logger = logger;
        this.input = wantsInput ? new Input() : OutputStream.nullOutputStream();
    }

    /** @return a follower of a run that has ended already */
    static Follower ended(Container container, ContainerLog log, int status, Logger logger) {
        Follower f = new Follower(container, log, null, Output.NONE, false, false, logger);
        f.finish(status);
        return f;
    }

    void begin() {
        Thread.ofVirtual().name("attachment").start(this::follow);
    }

    private void follow() {
        int code = 255;
        try {
            Integer ended = read();
            if (ended != null) {
                // As with Docker, whoever ran it finds its ports, its name and its disk free when it has ended.
                container.awaitCleared(run);
                code = ended;
            }
        } catch (IOException e) {
            logger.warn("The output of {} cannot be read for an attachment.", container.id(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            logger.debug("An attachment of {} ended: {}", container.id(), e.getMessage());
        } finally {
            finish(code);
            container.detached(this);
        }
    }

    /** @return the exit status; null if nobody wants more before the run has ended */
    private Integer read() throws IOException, InterruptedException {
        try (reader) {
            Integer ended = null;
            while (ended == null && !closed && log.awaitMore(place)) {
                end = log.end();
                ended = deliver();
            }
            return ended;
        }
    }

    /** @return the exit status, if the run has ended */
    private Integer deliver() throws IOException {
        Integer ended = null;
        for (LogRecord r = reader.next(end); r != null && !closed && ended == null; r = reader.next(end)) {
            if (r.isOutput()) {
                if (r.kind() != stream || octets.remaining() < r.payload().remaining()) {
                    hand();
                }
                stream = r.kind();
                octets.put(r.payload());
            } else if (r.kind() == LogRecord.END) {
                ended = r.payload().getInt(0);
                run = r.run();
            }
        }
        hand();
        return ended;
    }

    private void hand() {
        if (octets.position() > 0) {
            boolean lagged = lags();
            output.write(stream, octets.array(), 0, octets.position());
            octets.clear();
            place = reader.place();
            if (lagged && !lags()) {
                container.caughtUp();
            }
        }
        place = reader.place();
    }

    /** @return whether the workload has to wait for this taker */
    boolean lags() {
        return !closed && log.distance(place) > LAG;
    }

    private void finish(int code) {
        synchronized (this) {
            if (done) {
                return;
            }
            status = code;
            done = true;
            notifyAll();
        }
        container.changed();
    }

    @Override
    public OutputStream input() {
        return input;
    }

    @Override
    public int await() throws InterruptedException {
        synchronized (this) {
            while (!done) {
                wait();
            }
            return status;
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            log.wake();
            finish(255);
            try {
                input.close();
            } catch (IOException e) {
                logger.debug("Standard input of {} could not be ended: {}", container.id(), e.getMessage());
            }
            container.detached(this);
        }
    }

    /** Standard input: goes to whatever run there is when it is written. */
    private final class Input extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            StandardInput to = isDone() ? null : container.input(Follower.this::isDone);
            if (to != null) {
                to.write(bytes, offset, length);
            }
        }

        @Override
        public void close() throws IOException {
            synchronized (this) {
                if (inputClosed) {
                    return;
                }
                inputClosed = true;
            }
            if (once) {
                StandardInput to = container.input(Follower.this::isDone);
                if (to != null) {
                    to.close();
                }
            }
        }
    }

    private synchronized boolean isDone() {
        return done;
    }
}
