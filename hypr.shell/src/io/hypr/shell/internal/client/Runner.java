package io.hypr.shell.internal.client;

import java.io.PrintStream;
import java.util.List;
import java.util.function.IntSupplier;

import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.osgi.service.log.Logger;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.UsageException;

/** Runs one command line of the client in a session of its own: finds the command, prints its value, and turns failures into sentences and exit statuses. */
final class Runner {

    private static final int FAILED = 1;
    private static final int DAEMON = 125;

    private final CommandProcessor processor;
    private final Logger log;

    Runner(CommandProcessor processor, Logger log) {
        this.processor = processor;
        this.log = log;
    }

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
        } catch (Exit e) {
            e.reason().ifPresent(r -> tell(r, call, words));
            return e.status();
        } catch (UsageException e) {
            call.out().flush();
            call.err().println(e.getMessage());
            return words.isEmpty() || !List.of("run", "create", "start", "exec").contains(words.getFirst()) ? FAILED : DAEMON;
        } catch (InterruptedException | java.io.InterruptedIOException e) {
            return 128 + Math.max(1, signal.getAsInt());
        } catch (Exception e) {
            if (signal.getAsInt() != 0) {
                return 128 + signal.getAsInt();
            }
            tell(e, call, words);
            return isCreation(words) ? DAEMON : FAILED;
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

    /** Docker says failures of these with its own name before them, and ends with 125. */
    private static boolean isCreation(List<String> words) {
        return !words.isEmpty() && (words.getFirst().equals("run") || words.getFirst().equals("create"));
    }

    private void tell(Exception e, Call call, List<String> words) {
        call.out().flush();
        PrintStream err = call.err();
        String prefix = isCreation(words) ? "hypr: " : "";
        if (e instanceof HyprException h) {
            err.println(prefix + (isClients(h) ? "" : "Error response from daemon: ") + h.getMessage());
            h.remedy().ifPresent(err::println);
            if (isCreation(words)) {
                err.println("See 'hypr " + words.getFirst() + " --help'.");
            }
            if (h.code() == ErrorCode.INTERNAL) {
                log.error("A command failed", e);
            } else {
                log.debug("A command failed", e);
            }
        } else {
            err.println(prefix + "hyprd failed: " + e);
            err.println("This is a fault of HYPR. What led to it is in hyprd's log.");
            log.error("A command failed", e);
        }
    }

    /** What is wrong with the words themselves Docker's client finds, without asking its daemon. */
    private static boolean isClients(HyprException e) {
        return e.code() == ErrorCode.INVALID;
    }

    /**
     * A function and the words that it gets.
     *
     * @param function the command
     * @param words what follows its name
     */
    record Line(Function function, List<String> words) {

        static Line of(CommandSession session, List<String> words) {
            if (words.isEmpty()) {
                return of(session, List.of("help"));
            }
            String name = words.getFirst();
            if (session.get("hypr:" + name) instanceof Function f) {
                return new Line(f, words.subList(1, words.size()));
            }
            throw new UsageException("hypr: '" + name + "' is not a hypr command.\nSee 'hypr --help'");
        }
    }
}
