package io.hypr.shell.internal;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;

import org.apache.felix.service.command.CommandSession;


/** A command that was typed in a Gogo session that no client of ours opened, such as the framework's own console. */
public final class SessionCall implements Call {

    private final CommandSession session;

    /**
     * @param session where it was typed
     */
    public SessionCall(CommandSession session) {
        this.session = session;
    }

    @Override
    public Path directory() {
        Path d = session.currentDir();
        return d != null ? d : Path.of("").toAbsolutePath();
    }

    @Override
    public Map<String, String> environment() {
        return System.getenv();
    }

    @Override
    public InputStream in() {
        return session.getKeyboard();
    }

    @Override
    public PrintStream out() {
        return session.getConsole();
    }

    @Override
    public PrintStream err() {
        return session.getConsole();
    }

    @Override
    public boolean isTerminal(int descriptor) {
        return false;
    }

    @Override
    public Size size() {
        return new Size(0, 0);
    }

    @Override
    public void raw(boolean on) {
        // There is no terminal whose mode could be changed.
    }

    @Override
    public void onSignal(IntConsumer taker) {
        // Nobody sends signals here.
    }

    @Override
    public void onResize(Runnable taker) {
        // There is no terminal whose size could change.
    }
}
