package io.hypr.shell.internal;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

import org.apache.felix.service.command.CommandSession;


/**
 * One command under way: where it was typed and what it is connected to. Served by the socket of the command line client or by a Gogo session; a
 * command cannot tell which.
 */
public interface Call {

    /** @return the directory that relative paths start from */
    Path directory();

    /** @return the caller's environment, as far as it was sent */
    Map<String, String> environment();

    /** @return standard input; nothing is taken from the caller before the first read */
    InputStream in();

    /** @return standard output, UTF-8, not flushed by itself at line feeds */
    PrintStream out();

    /** @return standard error */
    PrintStream err();

    /**
     * @param descriptor 0, 1 or 2
     * @return whether it is a terminal at the caller's
     */
    boolean isTerminal(int descriptor);

    /** @return the size of the caller's terminal; zeros if there is none */
    Size size();

    /**
     * Puts the caller's terminal into raw mode, or back.
     *
     * @param on whether keys come as they are typed
     */
    void raw(boolean on);

    /**
     * Says who takes the caller's signals. Without a taker, one that would end a program interrupts the command.
     *
     * @param taker takes numbers of signals; null = nobody
     */
    void onSignal(IntConsumer taker);

    /**
     * Says who hears of new sizes of the terminal.
     *
     * @param taker called after each change; null = nobody
     */
    void onResize(Runnable taker);

    /** The command is over: nothing more is read from {@link #in} by what it may have left behind. Nothing by default. */
    default void end() {
        out().flush();
    }

    /**
     * @param session where a command was typed
     * @return what the command is connected to
     */
    static Call of(CommandSession session) {
        return switch (session.get(Command.CALL)) {
            case Call c -> c;
            case Supplier<?> s -> (Call) s.get();
            case null, default -> new SessionCall(session);
        };
    }

    /**
     * The size of a terminal.
     *
     * @param rows 0 = unknown
     * @param columns 0 = unknown
     */
    record Size(int rows, int columns) {
    }
}
