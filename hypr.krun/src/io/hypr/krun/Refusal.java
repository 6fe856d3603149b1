package io.hypr.krun;

import java.nio.file.Path;
import java.util.List;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Turns what a VMM or hypr-start wrote when it could not start into an exception: the code and the remedy follow from the system's words in it. */
public final class Refusal {

    private record Known(String words, ErrorCode code, String remedy) {
    }

    private static final List<Known> KNOWN = List.of(
        new Known("Device or resource busy", ErrorCode.IN_USE, "Find out what else uses it; another container may still be ending."),
        new Known("Failed to get \"write\" lock", ErrorCode.IN_USE, "Another process uses that disk: fuser shows which one."),
        new Known("Cannot allocate memory", ErrorCode.EXHAUSTED, "Give the container less memory, or end something else."),
        new Known("No such file or directory", ErrorCode.NOT_FOUND, "Pull the image again, or remove the container and make it anew."),
        new Known("No such device", ErrorCode.NOT_FOUND, "Remove the container and make it anew."),
        new Known("Permission denied", ErrorCode.DENIED, "See that the user of the VMM may open that file and enter its directory."));

    private Refusal() {
    }

    /**
     * @param words of hypr-start, by which it never became the VMM
     * @param log of the VMM
     * @return an exception to throw
     */
    public static HyprException ofStarter(String words, Path log) {
        return of("The VMM process was not started: ", words.replaceFirst("^hypr-start: ", ""), log);
    }

    /**
     * @param what failed, a sentence that ends in a colon and a space
     * @param words why
     * @param log of the VMM
     * @return an exception to throw
     */
    public static HyprException of(String what, String words, Path log) {
        String sentence = what + words + (words.endsWith(".") ? "" : ".");
        for (Known known : KNOWN) {
            if (words.contains(known.words())) {
                return new HyprException(known.code(), sentence).remedy(known.remedy());
            }
        }
        return new HyprException(ErrorCode.INTERNAL, sentence).remedy("See " + log + ".");
    }
}
