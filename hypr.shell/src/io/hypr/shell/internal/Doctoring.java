package io.hypr.shell.internal;

import io.hypr.model.Availability;

/** Words for what a probe has found. */
public final class Doctoring {

    private Doctoring() {
    }

    /**
     * @param a what was found
     * @return {@code available}, {@code unsupported} or {@code unknown}
     */
    public static String word(Availability a) {
        return switch (a) {
            case Availability.Available ok -> "available";
            case Availability.Unsupported no -> "unsupported";
            case Availability.Unknown who -> "unknown";
        };
    }

    /**
     * @param a what was found
     * @return why; empty if there is nothing to say
     */
    public static String reason(Availability a) {
        return switch (a) {
            case Availability.Available ok -> "";
            case Availability.Unsupported no -> no.reason();
            case Availability.Unknown who -> who.reason();
        };
    }

    /**
     * @param a what was found
     * @return what would help; empty if nothing is known
     */
    public static String remedy(Availability a) {
        return a instanceof Availability.Unsupported no ? no.remedy() : "";
    }
}
