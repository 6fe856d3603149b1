package io.hypr.shell.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/** A call that keeps what is written, and whose streams are terminals or not. */
public final class FakeCall implements Call {

    public final Map<String, String> environment = new HashMap<>();
    public InputStream in = new ByteArrayInputStream(new byte[0]);
    public Path directory = Path.of("/");
    public boolean terminal;
    public volatile boolean raw;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    private final PrintStream errStream = new PrintStream(err, true, StandardCharsets.UTF_8);
    private volatile IntConsumer signals;

    public String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    public void signal(int number) {
        signals.accept(number);
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public Map<String, String> environment() {
        return environment;
    }

    @Override
    public InputStream in() {
        return in;
    }

    @Override
    public PrintStream out() {
        return outStream;
    }

    @Override
    public PrintStream err() {
        return errStream;
    }

    @Override
    public boolean isTerminal(int descriptor) {
        return terminal;
    }

    @Override
    public Size size() {
        return terminal ? new Size(24, 80) : new Size(0, 0);
    }

    @Override
    public void raw(boolean on) {
        raw = on;
    }

    @Override
    public void onSignal(IntConsumer taker) {
        signals = taker;
    }

    @Override
    public void onResize(Runnable taker) {
        // Its size never changes.
    }
}
