package io.hypr.core.internal.engine;

import java.util.List;
import java.util.Locale;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Signals of Linux by name. */
final class Signals {

    /** Ends a process for good. */
    static final int KILL = 9;
    /** The last one that there is. */
    static final int LAST = 64;

    private static final List<String> NAMES = List.of("", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
        "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS");

    private Signals() {
    }

    /**
     * @param text name with or without SIG, or number
     * @return the number
     */
    static int parse(String text) {
        int number = number(text);
        if (number > LAST) {
            throw invalid(text);
        }
        return number;
    }

    /**
     * @param text name with or without SIG, or number
     * @return the number; one above {@link #LAST} is none of Linux
     */
    static int number(String text) {
        String name = text.strip().toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        if (name.matches("0*[1-9][0-9]{0,4}")) {
            return Integer.parseInt(name);
        }
        int number = switch (name) {
            case "" -> -1;
            case "IOT" -> 6;
            case "CLD" -> 17;
            case "POLL" -> 29;
            case "RTMIN" -> 34;
            case "RTMAX" -> 64;
            default -> NAMES.indexOf(name);
        };
        if (number < 1 && name.matches("RTMIN\\+([1-9]|[12][0-9]|30)")) {
            number = 34 + Integer.parseInt(name.substring(6));
        } else if (number < 1 && name.matches("RTMAX-([1-9]|[12][0-9]|30)")) {
            number = 64 - Integer.parseInt(name.substring(6));
        }
        if (number < 1) {
            throw invalid(text);
        }
        return number;
    }

    private static HyprException invalid(String text) {
        return new HyprException(ErrorCode.INVALID, "Invalid signal: " + text).remedy("Name a signal of Linux, as in TERM, SIGTERM or 15.");
    }

    /**
     * @param number of a signal
     * @return its number as Docker's events have it
     */
    static String word(int number) {
        return Integer.toString(number);
    }
}
