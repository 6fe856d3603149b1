package io.hypr.model;

/**
 * Whether something can be used on this host: yes, no, or nobody can tell. Closed for good: a probe has no fourth answer.
 */
public sealed interface Availability {

    /** It can be used. */
    record Available() implements Availability {
    }

    /**
     * It cannot be used here.
     *
     * @param reason a sentence that says why
     * @param remedy a sentence that says what would change that; empty if nothing would
     */
    record Unsupported(String reason, String remedy) implements Availability {
    }

    /**
     * It could not be found out.
     *
     * @param reason a sentence that says why
     */
    record Unknown(String reason) implements Availability {
    }

    /** {@return that it can be used} */
    static Availability available() {
        return new Available();
    }

    /**
     * {@return that it cannot be used}
     *
     * @param reason a sentence that says why
     * @param remedy a sentence that says what would change that; empty if nothing would
     */
    static Availability unsupported(String reason, String remedy) {
        return new Unsupported(reason, remedy);
    }

    /**
     * {@return that it could not be found out}
     *
     * @param reason a sentence that says why
     */
    static Availability unknown(String reason) {
        return new Unknown(reason);
    }

    /** {@return true if it can be used for certain} */
    default boolean isAvailable() {
        return this instanceof Available;
    }
}
