package io.hypr.shell.internal;

import io.hypr.shell.internal.grammar.InputException;

/** What keeps a container from being created, and is not found in the words alone: {@code create} says it as any other command, {@code run} by its own name. */
public final class CreationException extends InputException {

    private static final long serialVersionUID = 1;

    /**
     * @param sentence what is wrong, with the values that matter
     * @param cause what it came from, or null
     */
    public CreationException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
