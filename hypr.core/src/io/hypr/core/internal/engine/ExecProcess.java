package io.hypr.core.internal.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.IntConsumer;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.Payload;
import io.hypr.engine.Execs.Exec;
import io.hypr.engine.Output;
import io.hypr.model.HyprException;

/**
 * A further process in a microVM. Its output waits in memory, never more than the guest was allowed, for a thread that hands it on. Safe for use by any thread.
 */
final class ExecProcess implements Exec {

    /** Streams of processes are derived from their numbers; the first few belong to the workload. */
    private static final int FIRST = 8;
    private static final int SLOTS = 21_000;
    private static final int PART = 32 << 10;

    private record Piece(int stream, byte[] octets) {
    }

    private final Run run;
    private final Output output;
    private final boolean hasInput;
    private final boolean tty;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    /** Octets handed on and not yet allowed again, by stream; only the delivering thread touches it. */
    private final int[] handed = new int[3];
    private long process;
    private int open;
    private Integer status;
    private boolean done;
    private boolean left;
    private boolean closed;
    private boolean lost;
    private boolean inputClosed;
    private long allowed;

    ExecProcess(Run run, Output output, boolean hasInput, boolean tty) {
        this.run = run;
        this.output = output;
        this.hasInput = hasInput;
        this.tty = tty;
        this.open = tty ? 1 : 2;
    }

    synchronized void begins(long number) {
        process = number;
    }

    synchronized long process() {
        return process;
    }

    synchronized int firstStream() {
        return firstStream(process);
    }

    /** @return the stream of a process's input; its output follows */
    static int firstStream(long process) {
        return FIRST + 3 * (int) (process % SLOTS);
    }

    boolean hasInput() {
        return hasInput;
    }

    /** @param ended is told how it ended, if it did while somebody looked */
    void deliver(IntConsumer ended) {
        Thread.ofVirtual().name("exec output").start(() -> {
            try {
                for (Piece p = next(); p != null; p = next()) {
                    hand(p);
                }
            } catch (IOException e) {
                closed(); // The link has ended, and with it the process.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                Integer end = end();
                if (end != null) {
                    ended.accept(end);
                }
                finish();
            }
        });
    }

    /** @return what waits of one stream, as much as is worth a write; null when nothing will come any more */
    private synchronized Piece next() throws InterruptedException {
        while (pieces.isEmpty() && !(status != null && open == 0)) {
            wait();
        }
        Piece first = pieces.poll();
        if (first == null || pieces.isEmpty() || first.octets.length >= PART / 2) {
            return first;
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream(PART);
        all.writeBytes(first.octets);
        while (!pieces.isEmpty() && pieces.peek().stream == first.stream && all.size() + pieces.peek().octets.length <= PART) {
            all.writeBytes(pieces.poll().octets);
        }
        return new Piece(first.stream, all.toByteArray());
    }

    private void hand(Piece p) throws IOException {
        if (!isClosed()) {
            try {
                output.write(p.stream, p.octets, 0, p.octets.length);
            } catch (RuntimeException e) {
                closed(); // Whoever took it is gone; the process runs on.
            }
        }
        handed[p.stream] += p.octets.length;
        if (handed[p.stream] >= Run.WINDOW / 4 && status() == null) {
            int more = handed[p.stream];
            run.link().send(Frame.CREDIT, firstStream() + p.stream, n -> { }, n -> new Payload().u32(more).toBuffer());
            handed[p.stream] = 0;
        }
    }

    private synchronized void closed() {
        closed = true;
        notifyAll();
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized Integer status() {
        return status;
    }

    /** @return how it ended; null if nobody could see that */
    private synchronized Integer end() {
        return lost ? null : status;
    }

    private void finish() {
        run.forget(this);
        synchronized (this) {
            done = true;
            notifyAll();
        }
    }

    synchronized void output(int stream, ByteBuffer octets) {
        byte[] copy = new byte[octets.remaining()];
        octets.get(copy);
        pieces.add(new Piece(stream, copy));
        notifyAll();
    }

    synchronized void outputEnds(int stream) {
        if (stream > 0 && open > 0) {
            open--;
            notifyAll();
        }
    }

    synchronized void allow(long octets) {
        allowed += octets;
        notifyAll();
    }

    /** The process has ended. What a descendant writes after it is not waited for. */
    synchronized void exited(int value) {
        status = value;
        open = 0;
        notifyAll();
    }

    /** The microVM has ended, or the engine lets go of it. */
    synchronized void ended(int value) {
        if (status == null) {
            lost = true;
            exited(value);
        }
        closed = true;
        notifyAll();
    }

    @Override
    public int await() throws InterruptedException {
        synchronized (this) {
            while (!done && !left) {
                wait();
            }
            return done ? status : -1;
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            left = true;
        }
        closed();
        if (hasInput && !tty) {
            try {
                endInput();
            } catch (IOException | HyprException e) {
                closed(); // The link has ended, and with it the process's input.
            }
        }
    }

    @Override
    public void kill(String signal) {
        int number = Signals.parse(signal);
        answered(run.signal(process(), number), "The signal could not be sent");
    }

    @Override
    public void resize(int rows, int columns) {
        answered(run.resize(process(), rows, columns), "The terminal could not be resized");
    }

    private void answered(java.util.concurrent.CompletableFuture<Result> future, String what) {
        try {
            Result r = run.answer(future, Duration.ofSeconds(10));
            if (r.errno() != 0) {
                throw Run.failed(what, r);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endInput() throws IOException {
        synchronized (this) {
            if (inputClosed || status != null) {
                return;
            }
            inputClosed = true;
            notifyAll();
        }
        run.link().send(Frame.END, firstStream(), n -> { }, n -> ByteBuffer.allocate(0));
    }

    @Override
    public OutputStream input() {
        return hasInput ? new Input() : OutputStream.nullOutputStream();
    }

    private int allowance(int wanted) throws IOException {
        synchronized (this) {
            while (allowed == 0 && status == null && !inputClosed) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("Interrupted while the process did not read", e);
                }
            }
            if (status != null || inputClosed) {
                return 0;
            }
            int n = (int) Math.min(Math.min(wanted, PART), allowed);
            allowed -= n;
            return n;
        }
    }

    private final class Input extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            for (int at = offset, left = length; left > 0;) {
                int n = allowance(left);
                if (n == 0) {
                    return; // The process has ended: what is still written is dropped.
                }
                int from = at;
                run.link().send(Frame.DATA, firstStream(), number -> { }, number -> ByteBuffer.wrap(bytes, from, n));
                at += n;
                left -= n;
            }
        }

        @Override
        public void close() throws IOException {
            endInput();
        }
    }
}
