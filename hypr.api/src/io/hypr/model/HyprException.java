package io.hypr.model;

import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The one exception that services of HYPR throw: a code for programs, a sentence with the values in it for people, what to do
 * about it where that is known, and the cause.
 *
 * <pre>
 * throw new HyprException(ErrorCode.IN_USE, "Port 8080/tcp on 0.0.0.0 is used by nginx (pid 4711).")
 *         .remedy("Publish another port, as in -p 8081:80, or stop that process.");
 * </pre>
 *
 * The cause's message is never repeated in the exception's own.
 */
@ProviderType
public final class HyprException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** The kind of failure. */
    private final ErrorCode code;
    /** What would help; null if nothing is known. */
    private final String remedy;

    /**
     * A failure.
     *
     * @param code the kind of failure
     * @param sentence what happened, beginning with a capital letter and with the values that matter
     */
    public HyprException(ErrorCode code, String sentence) {
        this(code, sentence, null, null);
    }

    /**
     * A failure with a cause.
     *
     * @param code the kind of failure
     * @param sentence what happened, beginning with a capital letter and with the values that matter
     * @param cause what it came from
     */
    public HyprException(ErrorCode code, String sentence, Throwable cause) {
        this(code, sentence, null, cause);
    }

    private HyprException(ErrorCode code, String sentence, String remedy, Throwable cause) {
        super(sentence, cause);
        this.code = code;
        this.remedy = remedy;
    }

    /**
     * Returns this failure with a remedy.
     *
     * @param what a sentence that says what the user can do
     * @return a new exception with the same code, message, cause and stack trace
     */
    public HyprException remedy(String what) {
        HyprException e = new HyprException(code, getMessage(), what, getCause());
        e.setStackTrace(getStackTrace());
        return e;
    }

    /** {@return the kind of failure} */
    public ErrorCode code() {
        return code;
    }

    /** {@return a sentence that says what the user can do, where one is known} */
    public Optional<String> remedy() {
        return Optional.ofNullable(remedy);
    }

    /** {@return what a log shows: the type, the sentence and what would help} */
    @Override
    public String toString() {
        return remedy == null ? super.toString() : super.toString() + " " + remedy;
    }
}
