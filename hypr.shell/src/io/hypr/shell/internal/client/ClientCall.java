package io.hypr.shell.internal.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;

import io.hypr.shell.internal.Call;

/** A command that a client of the socket asked for. The connection's thread feeds it with what the client sends. */
final class ClientCall implements Call {

    /** How much standard input the client may have sent without its being read. */
    private static final int WINDOW = 256 << 10;
    private static final int BUFFER = 32 << 10;

    private final Frames frames;
    private final Request request;
    private final Input in = new Input();
    private final PrintStream out;
    private final PrintStream err;
    private final Thread worker;
    private volatile Size size;
    private volatile IntConsumer signals;
    private volatile Runnable resizes;
    private volatile int endedBy;
    private volatile boolean raw;

    ClientCall(Frames frames, Request request, Thread worker) {
        this.frames = frames;
        this.request = request;
        this.worker = worker;
        size = new Size(request.rows(), request.columns());
        out = new PrintStream(new Output(Frames.OUTPUT), false, StandardCharsets.UTF_8);
        err = new PrintStream(new Output(Frames.ERROR), true, StandardCharsets.UTF_8);
    }

    void signal(int number) {
        IntConsumer taker = signals;
        if (taker != null) {
            taker.accept(number);
        } else if (number == 1 || number == 2 || number == 3 || number == 15) {
            endedBy = number;
            frames.interrupt(worker);
        }
    }

    void resized(int rows, int columns) {
        size = new Size(rows, columns);
        Runnable taker = resizes;
        if (taker != null) {
            taker.run();
        }
    }

    void input(ByteBuffer octets) {
        in.add(octets);
    }

    /** The client is gone: nobody will read what the command writes, and nobody types. */
    void hangUp() {
        in.end();
        endedBy = 1;
        frames.interrupt(worker);
    }

    /** @return the signal that interrupted the command, 0 = none */
    int endedBy() {
        return endedBy;
    }

    @Override
    public Path directory() {
        return request.directory();
    }

    @Override
    public Map<String, String> environment() {
        return request.environment();
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public PrintStream out() {
        return out;
    }

    @Override
    public PrintStream err() {
        return err;
    }

    @Override
    public boolean isTerminal(int descriptor) {
        return (request.flags() & 1 << descriptor) != 0;
    }

    @Override
    public Size size() {
        return size;
    }

    @Override
    public void raw(boolean on) {
        if (on == raw) {
            return;
        }
        try {
            out.flush();
            frames.write(Frames.RAW, on ? 1 : 0);
            raw = on;
        } catch (IOException e) {
            throw new UncheckedIOException("The client is gone", e);
        }
    }

    @Override
    public void onSignal(IntConsumer taker) {
        signals = taker;
    }

    @Override
    public void onResize(Runnable taker) {
        resizes = taker;
    }

    /** Collects small writes; PrintStream flushes when the command says so, and its buffer is this one. */
    private final class Output extends OutputStream {
        private final int type;
        private final byte[] buffer = new byte[BUFFER];
        private int used;

        Output(int type) {
            this.type = type;
        }

        @Override
        public synchronized void write(int b) throws IOException {
            if (used == buffer.length) {
                flush();
            }
            buffer[used++] = (byte) b;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > buffer.length - used) {
                flush();
            }
            if (length >= buffer.length) {
                frames.write(type, bytes, offset, length);
            } else {
                System.arraycopy(bytes, offset, buffer, used, length);
                used += length;
            }
        }

        @Override
        public synchronized void flush() throws IOException {
            int n = used;
            used = 0;
            frames.write(type, buffer, 0, n);
        }
    }

    /** Standard input: a ring that asks the client for more as it empties, and for nothing before the first read. */
    private final class Input extends InputStream {
        private byte[] ring = new byte[0];
        private int first;
        private int count;
        private int wanted;
        private boolean ended;

        synchronized void add(ByteBuffer octets) {
            int n = octets.remaining();
            if (n == 0) {
                ended = true;
                notifyAll();
                return;
            }
            if (n > wanted) {
                throw new IllegalArgumentException("A client sent " + n + " octets of input where " + wanted + " were asked for");
            }
            wanted -= n;
            if (ring.length == 0) {
                // Most commands never read.
                ring = new byte[WINDOW];
            }
            while (octets.hasRemaining()) {
                int at = (first + count) % WINDOW;
                int part = Math.min(octets.remaining(), WINDOW - at);
                octets.get(ring, at, part);
                count += part;
            }
            notifyAll();
        }

        synchronized void end() {
            ended = true;
            notifyAll();
        }

        @Override
        public synchronized int available() {
            return count;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public synchronized int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            while (count == 0 && !ended) {
                want();
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new java.io.InterruptedIOException("The command was interrupted");
                }
            }
            if (count == 0) {
                return -1;
            }
            int n = Math.min(Math.min(length, count), WINDOW - first);
            System.arraycopy(ring, first, bytes, offset, n);
            first = (first + n) % WINDOW;
            count -= n;
            if (!ended && count + wanted <= WINDOW / 2) {
                want();
            }
            return n;
        }

        private void want() throws IOException {
            int more = WINDOW - count - wanted;
            if (more > 0) {
                wanted += more;
                frames.writeInt(Frames.WANT, more);
            }
        }
    }
}
