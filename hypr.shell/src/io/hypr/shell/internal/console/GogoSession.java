package io.hypr.shell.internal.console;

import java.io.EOFException;
import java.io.PrintStream;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

import org.apache.felix.gogo.runtime.CommandNotFoundException;
import org.apache.felix.gogo.runtime.Parser;
import org.apache.felix.gogo.runtime.SyntaxError;
import org.apache.felix.gogo.runtime.Token;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Job;
import org.osgi.service.log.Logger;

import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Catalog;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.Failures;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;

/**
 * Executes Gogo, one statement after another, for the prompt and for scripts: names are looked for in scope hypr first, so that {@code stop 3} stops
 * no bundle.
 */
final class GogoSession implements AutoCloseable {

    private static final int NOT_FOUND = 127;

    private final CommandSession session;
    private final Call call;
    private final Failures failures;
    private int line;

    /** Ends the shell: thrown by {@code exit}. */
    private static final class Leave extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int status;

        Leave(int status) {
            super("exit " + status, null, false, false);
            this.status = status;
        }
    }

    /** Makes the calls of commands. */
    interface Calls {
        /**
         * @param session where the command was typed
         * @return what the command is connected to
         */
        Call nested(GogoSession session);
    }

    GogoSession(CommandProcessor processor, Call call, Calls calls, Logger log) {
        this.call = call;
        failures = new Failures(log);
        session = processor.createSession(call.in(), call.out(), call.err());
        session.put("SCOPE", "hypr:*");
        session.put(Command.CALL, (Supplier<Call>) () -> calls.nested(this));
        session.currentDir(call.directory());
    }

    CommandSession session() {
        return session;
    }

    /** The function {@code exit [STATUS]}. */
    static Object exit(CommandSession session, List<Object> arguments) {
        int status = 0;
        if (!arguments.isEmpty()) {
            try {
                status = Integer.parseInt(String.valueOf(arguments.getFirst())) & 0xff;
            } catch (NumberFormatException e) {
                throw new UsageException("exit: not a number: " + arguments.getFirst(), 2);
            }
        }
        throw new Leave(status);
    }

    /**
     * Executes statements until one fails. One that is a command of ours prints its value, as on the command line; others are silent.
     *
     * @param text the statements
     * @throws Exception what ended the one that failed; {@link #line} says where
     */
    void execute(String text) throws Exception {
        line = 1;
        List<Token> tokens;
        try {
            tokens = List.copyOf(new Parser(text).program().tokens());
        } catch (SyntaxError e) {
            line = Math.max(1, e.line());
            throw e;
        }
        for (int i = 0; i < tokens.size(); i++) {
            int from = i;
            // Joined by && or ||, or sent to the background: that is for Gogo to do.
            while (i + 1 < tokens.size() && !isEnd(tokens.get(i + 1))) {
                i += Token.eq("&", tokens.get(i + 1)) || i + 2 >= tokens.size() ? 1 : 2;
            }
            Token first = tokens.get(from);
            Token last = tokens.get(i);
            // Gogo's own count leaves out empty lines.
            line = 1 + (int) text.substring(0, first.start()).chars().filter(c -> c == '\n').count();
            boolean shown = from == i && first instanceof Parser.Statement s && isOurs(s);
            if (i + 1 < tokens.size() && isEnd(tokens.get(i + 1))) {
                i++;
            }
            run(text.substring(first.start(), last.start() + last.length()), shown);
        }
    }

    private static boolean isEnd(Token t) {
        return Token.eq(";", t) || Token.eq("\n", t);
    }

    private void run(String statement, boolean shown) throws Exception {
        try {
            Object value = session.execute(statement);
            if (value != null) {
                session.put("_", value);
                if (shown) {
                    print(value);
                }
            }
        } finally {
            call.out().flush();
            call.err().flush();
        }
    }

    private boolean isOurs(Parser.Statement s) {
        List<Token> tokens = s.tokens();
        if (tokens.isEmpty() || tokens.size() > 1 && Token.eq("=", tokens.get(1))) {
            return false;
        }
        String name = tokens.getFirst().toString();
        return Catalog.find(session, name.startsWith("hypr:") ? name.substring("hypr:".length()) : name).isPresent();
    }

    void print(Object value) {
        CharSequence text = session.format(value, Converter.INSPECT);
        PrintStream out = call.out();
        out.print(text);
        if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
            out.println();
        }
        out.flush();
    }

    /** @return the line of the statement that was executed last, from 1 */
    int line() {
        return line;
    }

    /**
     * @param e what ended the statements
     * @return the status that {@code exit} was called with; empty if it was not
     */
    static OptionalInt left(Exception e) {
        return e instanceof Leave l ? OptionalInt.of(l.status) : OptionalInt.empty();
    }

    /**
     * Says what ended the statements.
     *
     * @param e what ended them
     * @param signal the signal that interrupted them; 0 = none
     * @return the exit status
     */
    int tell(Exception e, int signal) {
        call.out().flush();
        try {
            return switch (e) {
                case CommandNotFoundException n -> say(n.getMessage() + ". 'help' lists the commands of HYPR.", NOT_FOUND);
                case SyntaxError s -> say("Syntax: " + s.getMessage(), 2);
                case EOFException f -> say("Syntax: " + f.getMessage(), 2);
                case HyprException h -> failures.tell(h, call.err(), List.of(), signal);
                case UsageException u -> failures.tell(u, call.err(), List.of(), signal);
                case InputException i -> failures.tell(i, call.err(), List.of(), signal);
                case Exit x -> failures.tell(x, call.err(), List.of(), signal);
                case InterruptedException i -> failures.tell(i, call.err(), List.of(), signal);
                // Gogo's own functions and methods that were called on values throw what they like.
                default -> signal != 0 ? failures.tell(e, call.err(), List.of(), signal) : say(e.getMessage() == null ? e.toString() : e.getMessage(), 1);
            };
        } finally {
            call.err().flush();
        }
    }

    private int say(String sentence, int status) {
        call.err().println(sentence);
        return status;
    }

    @Override
    public void close() {
        Job job = session.foregroundJob();
        if (job != null) {
            job.interrupt();
        }
        session.close();
    }
}
