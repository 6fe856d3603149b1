package io.hypr.shell.internal.grammar;

/** The words of a command are not of its grammar. The message is what Docker prints, over several lines. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;

    /**
     * @param message what is printed on standard error
     */
    public UsageException(String message) {
        this(message, 1);
    }

    /**
     * @param message what is printed on standard error
     * @param status the exit status: Docker's is 125 for an option and 1 for the number of words
     */
    public UsageException(String message, int status) {
        super(message, null, false, false);
        this.status = status;
    }

    /** @return the exit status */
    public int status() {
        return status;
    }
}
