package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

import io.hypr.shell.internal.grammar.UsageException;


/** A command of commands, such as {@code network}: its first word chooses a function of its own, or one that is also called without the group. */
public abstract class Group implements Function {

    private final String name;
    private final String summary;
    private final Map<String, String> members;

    /**
     * @param name of the group
     * @param summary what its commands are about
     * @param members functions of scope hypr by the word that calls them
     */
    protected Group(String name, String summary, Map<String, String> members) {
        this.name = name;
        this.summary = summary;
        this.members = new TreeMap<>(members);
    }

    @Override
    public final Object execute(CommandSession session, List<Object> arguments) throws Exception {
        Call call = Call.of(session);
        String word = arguments.isEmpty() ? "--help" : String.valueOf(arguments.getFirst());
        if (word.equals("--help") || word.equals("-h")) {
            call.out().print(help(session));
            call.out().flush();
            return null;
        }
        String function = members.get(word);
        if (function != null && session.get("hypr:" + function) == null) {
            throw new Exchanged();
        }
        if (function == null || !(session.get("hypr:" + function) instanceof Function f)) {
            throw new UsageException("hypr: unknown command: hypr " + name + " " + word + "\n\nUsage:  hypr " + name + " COMMAND\n\nRun 'hypr "
                    + name + " --help' for more information");
        }
        return f.execute(session, new ArrayList<>(arguments.subList(1, arguments.size())));
    }

    /** @return functions of scope hypr by the word that calls them */
    public final Map<String, String> members() {
        return members;
    }

    /** @return what its commands are about */
    public final String summary() {
        return summary;
    }

    private String help(CommandSession session) {
        int width = members.keySet().stream().mapToInt(String::length).max().orElse(0) + 2;
        return "Usage:  hypr " + name + " COMMAND\n\n" + summary + "\n\nCommands:\n" + members.entrySet().stream()
                .map(m -> "  " + m.getKey() + " ".repeat(width - m.getKey().length()) + Catalog.summary(session, m.getValue()) + "\n")
                        .collect(Collectors.joining())
                + "\nRun 'hypr " + name + " COMMAND --help' for more information on a command.\n";
    }
}
