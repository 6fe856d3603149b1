package io.hypr.shell.internal;

/** The words of a command are not of its grammar. The message is what Docker prints, over several lines. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /**
     * @param message what is printed on standard error
     */
    public UsageException(String message) {
        super(message, null, false, false);
    }
}
