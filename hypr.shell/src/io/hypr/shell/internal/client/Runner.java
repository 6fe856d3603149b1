package io.hypr.shell.internal.client;

import java.io.PrintStream;
import java.util.List;
import java.util.function.IntSupplier;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.osgi.service.log.Logger;

import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Catalog;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Exchanged;
import io.hypr.shell.internal.Failures;
import io.hypr.shell.internal.grammar.UsageException;

/** Runs one command line of the client in a session of its own: finds the command, prints its value, and turns failures into sentences and exit statuses. */
final class Runner {

    private final CommandProcessor processor;
    private final Failures failures;

    Runner(CommandProcessor processor, Logger log) {
        this.processor = processor;
        failures = new Failures(log);
    }

    /** @throws Exchanged if the command is one of ours and just not there: nothing was done */
    int run(Call call, IntSupplier signal, List<String> words) {
        CommandSession session = processor.createSession(call.in(), call.out(), call.err());
        try {
            session.put(Command.CALL, call);
            session.put("SCOPE", "hypr:*");
            session.currentDir(call.directory());
            Line line = Line.of(session, words);
            Object value = line.function().execute(session, List.copyOf(line.words()));
            if (value != null) {
                print(session, value, call.out());
            }
            return 0;
        } catch (Exchanged e) {
            throw e;
        } catch (Exception e) {
            call.out().flush();
            return failures.tell(e, call.err(), words, signal.getAsInt());
        } finally {
            session.close();
        }
    }

    private static void print(CommandSession session, Object value, PrintStream out) {
        CharSequence text = session.format(value, Converter.INSPECT);
        out.print(text);
        if (!text.isEmpty() && text.charAt(text.length() - 1) != '\n') {
            out.println();
        }
    }

    /**
     * A function and the words that it gets.
     *
     * @param function the command
     * @param words what follows its name
     */
    private record Line(Function function, List<String> words) {

        static Line of(CommandSession session, List<String> words) {
            if (words.isEmpty()) {
                return of(session, List.of("help"));
            }
            String name = words.getFirst();
            if (name.equals("--help") || name.equals("-h")) {
                return of(session, List.of("help"));
            }
            if (name.equals("--version") || name.equals("-v")) {
                return of(session, List.of("version", "--format", "HYPR version {{.Server.Version}}"));
            }
            if (session.get("hypr:" + name) instanceof Function f) {
                return new Line(f, words.subList(1, words.size()));
            }
            if (name.matches("[a-z]+") && Catalog.isOurs(name)) {
                throw new Exchanged();
            }
            throw new UsageException("hypr: unknown command: hypr " + name + "\n\nRun 'hypr --help' for more information");
        }
    }
}
