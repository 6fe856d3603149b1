package io.hypr.shell.internal.grammar;

import java.util.Optional;

/**
 * What was typed fits the command's grammar and cannot be done all the same, found without asking the engine, as Docker's client finds it without
 * asking its daemon.
 */
public class InputException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String remedy;

    /**
     * @param sentence what is wrong, with the values that matter
     */
    public InputException(String sentence) {
        this(sentence, null, null);
    }

    /**
     * @param sentence what is wrong, with the values that matter
     * @param cause what it came from
     */
    public InputException(String sentence, Throwable cause) {
        this(sentence, null, cause);
    }

    private InputException(String sentence, String remedy, Throwable cause) {
        super(sentence, cause, false, false);
        this.remedy = remedy;
    }

    /**
     * Returns this failure with a remedy.
     *
     * @param what a sentence that says what the user can do
     * @return a new exception with the same sentence and cause
     */
    public InputException remedy(String what) {
        return new InputException(getMessage(), what, getCause());
    }

    /** @return a sentence that says what the user can do, where one is known */
    public Optional<String> remedy() {
        return Optional.ofNullable(remedy);
    }
}
