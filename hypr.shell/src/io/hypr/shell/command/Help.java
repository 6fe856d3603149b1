package io.hypr.shell.command;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Catalog;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.UsageException;

/** {@code hypr help}, also what {@code hypr} alone and {@code hypr --help} print. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=help"})
public final class Help implements Function {

    private static final int COLUMN = 14;

    @Override
    public Object execute(CommandSession session, List<Object> arguments) throws Exception {
        List<Object> words = new ArrayList<>(arguments);
        words.removeIf(w -> String.valueOf(w).startsWith("-"));
        if (words.isEmpty()) {
            Call call = Call.of(session);
            call.out().print(overview(session));
            call.out().flush();
            return null;
        }
        String name = String.valueOf(words.removeFirst());
        if (!(session.get("hypr:" + name) instanceof Function f)) {
            throw new UsageException("hypr: unknown command: hypr " + name + "\n\nRun 'hypr --help' for more information");
        }
        words.add("--help");
        return f.execute(session, words);
    }

    private static String overview(CommandSession session) {
        StringBuilder out = new StringBuilder("""
                Usage:  hypr COMMAND

                Run containers, each in a microVM of its own

                Commands:
                """);
        for (String name : Catalog.names(session)) {
            String summary = Catalog.summary(session, name);
            out.append("  ").append(name).append(" ".repeat(Math.max(1, COLUMN - name.length()))).append(name.equals("help")
                    ? "Print what a command does" : summary).append('\n');
        }
        return out.append("\nRun 'hypr COMMAND --help' for more information on a command.\nExample: hypr run --rm -it hypr/busybox sh\n").toString();
    }
}
