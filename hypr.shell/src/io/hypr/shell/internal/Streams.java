package io.hypr.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;

import io.hypr.engine.Attachment;
import io.hypr.engine.Output;
import io.hypr.model.HyprException;

/** Joins the caller's terminal and the streams of a process, as {@code run}, {@code start -a}, {@code attach} and {@code exec} do. */
public final class Streams implements AutoCloseable {

    private final Call call;
    private final boolean terminal;
    private final boolean raw;
    private volatile boolean detached;

    /**
     * Who the caller's signals and sizes go to.
     *
     * @param signals takes numbers of signals; null = nobody
     * @param resize takes rows and columns; null = nobody
     */
    public record Control(IntConsumer signals, BiConsumer<Integer, Integer> resize) {
    }

    /**
     * @param call the caller
     * @param terminal whether the process has a terminal
     * @param input whether standard input is passed on; the caller's terminal is raw from here on then, so that it neither echoes nor keeps to itself what
     *     is typed while the process starts
     */
    public Streams(Call call, boolean terminal, boolean input) {
        this.call = call;
        this.terminal = terminal;
        this.raw = terminal && input && call.isTerminal(0);
        if (raw) {
            call.raw(true);
        }
    }

    /**
     * @param stdout whether standard output is wanted
     * @param stderr whether standard error is wanted
     * @return what takes the output of the process
     */
    public Output output(boolean stdout, boolean stderr) {
        PrintStream out = call.out();
        PrintStream err = call.err();
        return (stream, bytes, offset, length) -> {
            if (stream == 1 && stdout) {
                out.write(bytes, offset, length);
                out.flush();
            } else if (stream == 2 && stderr) {
                err.write(bytes, offset, length);
                err.flush();
            }
        };
    }

    /**
     * Passes on what the caller does until the process ends or its detach keys come.
     *
     * @param process the process
     * @param input whether standard input is passed on
     * @param detachKeys the keys
     * @param control who the signals and sizes go to
     * @return its exit status; 0 after the detach keys
     * @throws InterruptedException if the caller was interrupted
     */
    public int join(Attachment process, boolean input, String detachKeys, Control control) throws InterruptedException {
        if (terminal && control.resize() != null && call.size().rows() > 0) {
            Runnable tell = () -> resize(control.resize());
            call.onResize(tell);
            tell.run();
        }
        call.onSignal(control.signals());
        if (input) {
            InputStream in = terminal && call.isTerminal(0) ? new DetachKeys(call.in(), detachKeys) : call.in();
            Thread.ofVirtual().name("hypr stdin").start(() -> pump(in, process));
        }
        try {
            int status = process.await();
            return detached ? 0 : status;
        } finally {
            cook();
        }
    }

    private void resize(BiConsumer<Integer, Integer> taker) {
        try {
            taker.accept(call.size().rows(), call.size().columns());
        } catch (HyprException e) {
            // The process has just ended, most often, which is told by await; one of another size runs on.
            return;
        }
    }

    private void cook() {
        if (raw) {
            call.raw(false);
        }
    }

    /**
     * Tells that the detach keys came, if they did, as Docker does where somebody was let in to what runs anyway.
     *
     * @throws Exit with status 1 then
     */
    public void tellDetached() {
        if (detached) {
            call.err().println("read escape sequence");
            throw new Exit(1);
        }
    }

    private void pump(InputStream in, Attachment process) {
        byte[] buffer = new byte[16_384];
        OutputStream to = process.input();
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                to.write(buffer, 0, n);
                to.flush();
            }
            if (in instanceof DetachKeys d && d.isDetached()) {
                detached = true;
                process.close();
            } else {
                to.close();
            }
        } catch (IOException e) {
            // The process has closed its input or has ended: what was typed has nowhere to go, and its end is told by await.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        cook();
        call.onSignal(null);
        call.onResize(null);
    }
}
