package io.hypr.shell.internal.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

import org.apache.felix.gogo.jline.Highlighter;
import org.apache.felix.gogo.jline.Parser;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.command.Job;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.impl.ExternalTerminal;
import org.jline.utils.InfoCmp;
import org.osgi.service.log.Logger;

import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Candidates;

/**
 * The prompt {@code g!}: reads lines with history, completion and colours at the caller's terminal and executes them, until Ctrl-D, {@code exit} or
 * the end of the caller.
 */
public final class Console {

    private static final int INTERRUPTED = 2;
    private static final int ENDED_BY_SIGNAL = 128;
    private static final String PROMPT = "g! ";

    private final Call call;
    private final Keyboard keyboard;
    private final Screen out;
    private final Screen err;
    private final GogoSession session;
    private final LineReader reader;
    private final Terminal terminal;
    private volatile IntConsumer signals;
    private volatile Runnable resized;
    private volatile boolean interrupted;
    private volatile int endedBy;
    private OptionalInt left = OptionalInt.empty();

    /**
     * @param call the caller, at a terminal
     * @param processor executes lines
     * @param candidates what words can become
     * @param history file that keeps what was typed
     * @param log where faults go
     * @throws IOException if the terminal cannot be used
     */
    public Console(Call call, CommandProcessor processor, Candidates candidates, Path history, Logger log) throws IOException {
        this.call = call;
        out = new Screen(call.out());
        err = new Screen(call.err());
        keyboard = new Keyboard(call.in(), call.out(), this::signal);
        Call inner = new Inner();
        session = new GogoSession(processor, inner, s -> new Command(inner, s.session()), log);
        terminal = new ExternalTerminal("hypr", type(call), keyboard.editor(), call.out(), StandardCharsets.UTF_8);
        resize();
        LineReaderBuilder b = LineReaderBuilder.builder().appName("hypr").terminal(terminal).parser(new Parser())
                .completer(new WordCompleter(session.session(), candidates))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_FRESH_LINE, !type(call).equals("dumb"))
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "%B>%b ")
                .variable(LineReader.HISTORY_FILE, kept(history));
        if (isColoured()) {
            b.highlighter(new Highlighter(session.session()));
        }
        reader = b.build();
    }

    private static String type(Call call) {
        String type = call.environment().getOrDefault("TERM", "");
        return type.isEmpty() ? "dumb" : type;
    }

    private boolean isColoured() {
        return call.environment().getOrDefault("NO_COLOR", "").isEmpty() && !type(call).equals("dumb");
    }

    /** The file is the user's alone: lines may hold passwords. */
    private static Path kept(Path history) throws IOException {
        try {
            Files.createFile(history, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // Kept from an earlier session.
            return history;
        }
        return history;
    }

    private void resize() {
        Call.Size s = call.size();
        terminal.setSize(new Size(s.columns() > 0 ? s.columns() : 80, s.rows() > 0 ? s.rows() : 24));
    }

    /**
     * Serves the caller until it leaves.
     *
     * @return the exit status: that of {@code exit}, or else 0
     */
    public int run() {
        session.session().put("exit", (Function) GogoSession::exit);
        session.session().put("quit", (Function) GogoSession::exit);
        // Gogo's own looks for a terminal that has the keys, which here the line editor has.
        session.session().put("clear", (Function) (s, words) -> clear());
        call.onResize(this::sizeChanged);
        call.onSignal(this::hangUp);
        call.raw(true);
        try {
            while (endedBy == 0 && left.isEmpty()) {
                String line = read();
                if (line == null) {
                    break;
                }
                if (!line.isBlank()) {
                    execute(line);
                }
            }
            return endedBy == 0 ? left.orElse(0) : ENDED_BY_SIGNAL + endedBy;
        } finally {
            keyboard.end();
            call.raw(false);
            call.onSignal(null);
            call.onResize(null);
            session.close();
            close();
        }
    }

    private Object clear() {
        terminal.puts(InfoCmp.Capability.clear_screen);
        terminal.flush();
        return null;
    }

    private void close() {
        try {
            reader.getHistory().save();
            terminal.close();
        } catch (IOException e) {
            call.err().println("The history of the shell is not kept: " + e.getMessage());
        }
    }

    /** @return a line; null at the end; empty after Ctrl-C */
    private String read() {
        try {
            return reader.readLine(isColoured() ? "\u001b[1;36m" + PROMPT + "\u001b[0m" : PROMPT);
        } catch (UserInterruptException e) {
            return "";
        } catch (EndOfFileException e) {
            return null;
        }
    }

    private void execute(String line) {
        interrupted = false;
        keyboard.execute();
        try {
            session.execute(line);
        } catch (Exception e) {
            left = GogoSession.left(e);
            if (left.isEmpty() && endedBy == 0 && !interrupted) {
                session.tell(e, 0);
            }
        } finally {
            signals = null;
            resized = null;
            out.raw(false);
            err.raw(false);
            call.out().flush();
            call.err().flush();
            keyboard.edit();
        }
    }

    private void sizeChanged() {
        resize();
        terminal.raise(Terminal.Signal.WINCH);
        Runnable taker = resized;
        if (taker != null) {
            taker.run();
        }
    }

    /** A signal that was typed, while a line is executed. */
    private void signal(int number) {
        IntConsumer taker = signals;
        if (taker != null) {
            try {
                taker.accept(number);
            } catch (HyprException e) {
                call.err().print(e.getMessage() + "\r\n");
            }
        } else {
            interrupted = true;
            interruptJob();
        }
    }

    private void interruptJob() {
        Job job = session.session().foregroundJob();
        if (job != null) {
            job.interrupt();
        }
    }

    /** A signal that was sent to the client: all but an interrupt ask the shell to end. */
    private void hangUp(int number) {
        if (number == 1 || number == 15 || number == 3) {
            endedBy = number;
            keyboard.end();
            interruptJob();
        } else if (number == INTERRUPTED) {
            signal(number);
        }
    }

    /** What the shell gives to its commands in place of its own caller. */
    private final class Inner implements Call {
        private final PrintStream shownOut = new PrintStream(out, false, StandardCharsets.UTF_8);
        private final PrintStream shownErr = new PrintStream(err, true, StandardCharsets.UTF_8);
        private final InputStream in = keyboard.command();

        @Override
        public Path directory() {
            return call.directory();
        }

        @Override
        public java.util.Map<String, String> environment() {
            return call.environment();
        }

        @Override
        public InputStream in() {
            return in;
        }

        @Override
        public PrintStream out() {
            return shownOut;
        }

        @Override
        public PrintStream err() {
            return shownErr;
        }

        @Override
        public boolean isTerminal(int descriptor) {
            return call.isTerminal(descriptor);
        }

        @Override
        public Size size() {
            return call.size();
        }

        @Override
        public void raw(boolean on) {
            shownOut.flush();
            out.raw(on);
            err.raw(on);
            keyboard.raw(on);
        }

        @Override
        public void onSignal(IntConsumer taker) {
            signals = taker;
        }

        @Override
        public void onResize(Runnable taker) {
            resized = taker;
        }
    }

    /** One command of a line: what it does not read of the keys is left to the next. */
    private final class Command extends NestedCall {
        private final Keyboard.Tap keys = keyboard.command();

        Command(Call inner, org.apache.felix.service.command.CommandSession session) {
            super(inner, session);
        }

        @Override
        public InputStream in() {
            return isOwn(0) ? keys : super.in();
        }

        @Override
        public void end() {
            super.end();
            keys.end();
        }
    }
}
