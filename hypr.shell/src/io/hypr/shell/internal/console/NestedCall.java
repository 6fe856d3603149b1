package io.hypr.shell.internal.console;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;

import io.hypr.shell.internal.Call;

/** A command in a script or at the prompt: connected to what the shell is connected to, but for streams that the line redirects or pipes elsewhere. */
class NestedCall implements Call {

    private final Call shell;
    private final CommandSession session;
    private final Process process;

    /**
     * @param shell the call of the shell itself
     * @param session where the command was typed
     */
    NestedCall(Call shell, CommandSession session) {
        this.shell = shell;
        this.session = session;
        process = Process.Utils.current();
    }

    /** @return the call of the shell itself */
    final Call shell() {
        return shell;
    }

    /** @return whether the stream is the shell's own */
    final boolean isOwn(int descriptor) {
        return process == null || process.isTty(descriptor);
    }

    @Override
    public Path directory() {
        return session.currentDir();
    }

    @Override
    public Map<String, String> environment() {
        return shell.environment();
    }

    @Override
    public InputStream in() {
        return isOwn(0) ? shell.in() : process.in();
    }

    @Override
    public PrintStream out() {
        return isOwn(1) ? shell.out() : process.out();
    }

    @Override
    public PrintStream err() {
        return isOwn(2) ? shell.err() : process.err();
    }

    @Override
    public boolean isTerminal(int descriptor) {
        return isOwn(descriptor) && shell.isTerminal(descriptor);
    }

    @Override
    public Size size() {
        return shell.size();
    }

    @Override
    public void raw(boolean on) {
        shell.raw(on);
    }

    @Override
    public void onSignal(IntConsumer taker) {
        shell.onSignal(taker);
    }

    @Override
    public void onResize(Runnable taker) {
        shell.onResize(taker);
    }

    @Override
    public void end() {
        shell.out().flush();
    }
}
