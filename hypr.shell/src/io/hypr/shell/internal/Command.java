package io.hypr.shell.internal;

import java.util.List;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

import io.hypr.shell.internal.grammar.Grammar;
import io.hypr.shell.internal.grammar.Words;

/**
 * A command: a Gogo function that takes its words as they were typed, by the grammar of its help text. Its subclasses are service components in
 * scope {@code hypr}. A command keeps no state:
 * many calls run at once.
 *
 * <p>
 * What {@link #run} returns is the command's value. In a script it can be used as it is; typed at a prompt or called by the command line client it
 * is printed by the converter, so that {@code ps}
 * looks as Docker's does.
 */
public abstract class Command implements Function {

    /** Variable of a session that holds the {@link Call} which it serves, or a supplier of one for each command. */
    public static final String CALL = ".hypr.call";

    private final Grammar grammar;

    /**
     * @param name the words by which the command is called; its help text is the resource of that name
     */
    protected Command(String name) {
        grammar = Grammar.of(getClass(), name);
    }

    /**
     * Does the work.
     *
     * @param call what the command is connected to
     * @param words what was typed
     * @return the command's value; null = none
     * @throws Exception what went wrong; {@link io.hypr.model.HyprException} for what was foreseen
     */
    protected abstract Object run(Call call, Words words) throws Exception;

    @Override
    public final Object execute(CommandSession session, List<Object> arguments) throws Exception {
        Call call = Call.of(session);
        Words words = grammar.parse(arguments.stream().map(String::valueOf).toList());
        if (words.isHelp()) {
            call.out().print(grammar.help());
            call.out().flush();
            return null;
        }
        words.notices().forEach(call.out()::println);
        try {
            return run(call, words);
        } finally {
            call.end();
        }
    }

    /** @return the command's grammar, for help and completion */
    public final Grammar grammar() {
        return grammar;
    }

    /** @return which names the words that are no options stand for, for completion; none by default */
    public Completion completion() {
        return Completion.NOTHING;
    }

    /** What a word of a command names. */
    public enum Completion {
        /** Nothing that could be completed. */
        NOTHING,
        /** A container. */
        CONTAINER,
        /** A container that runs. */
        RUNNING,
        /** An image. */
        IMAGE,
        /** A network. */
        NETWORK,
        /** A file. */
        FILE
    }
}
