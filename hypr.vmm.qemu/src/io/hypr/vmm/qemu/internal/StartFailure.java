package io.hypr.vmm.qemu.internal;

import java.nio.file.Path;
import java.util.List;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmLog;

/** Says why QEMU did not start, from the last line that it wrote. */
final class StartFailure {

    private record Known(String words, ErrorCode code, String remedy) {
    }

    /** What QEMU and hypr-start say. */
    private static final List<Known> KNOWN = List.of(
        new Known("Device or resource busy", ErrorCode.IN_USE, "Find out what else uses it; another container may still be ending."),
        new Known("Failed to get \"write\" lock", ErrorCode.IN_USE, "Another process uses that disk: fuser shows which one."),
        new Known("Cannot allocate memory", ErrorCode.EXHAUSTED, "Give the container less memory, or end something else."),
        new Known("No such file or directory", ErrorCode.NOT_FOUND, "Pull the image again, or remove the container and make it anew."),
        new Known("No such device", ErrorCode.NOT_FOUND, "Remove the container and make it anew."),
        new Known("Permission denied", ErrorCode.DENIED, "See that the user of QEMU may open that file and enter its directory."));

    private StartFailure() {
    }

    /**
     * @param log to which QEMU wrote
     * @param from where in it this start began
     * @param starter what hypr-start said; empty if it came as far as QEMU
     * @param status with which the process ended
     * @return an exception to throw
     */
    static HyprException of(Path log, long from, String starter, int status) {
        if (!starter.isEmpty()) {
            return told("The VMM process was not started: ", starter.replaceFirst("^hypr-start: ", ""), log);
        }
        new VmmLog(log).settle();
        String line = lastLine(log, from);
        if (line.isEmpty()) {
            String how = status > 128 ? "signal " + (status - 128) : "status " + status;
            return new HyprException(ErrorCode.INTERNAL, "QEMU ended with " + how + " as it started, and said nothing.").remedy("See " + log + ".");
        }
        return told("QEMU did not start: ", line, log);
    }

    private static HyprException told(String what, String words, Path log) {
        String sentence = what + words + (words.endsWith(".") ? "" : ".");
        for (Known known : KNOWN) {
            if (words.contains(known.words())) {
                return new HyprException(known.code(), sentence).remedy(known.remedy());
            }
        }
        return new HyprException(ErrorCode.INTERNAL, sentence).remedy("See " + log + ".");
    }

    private static String lastLine(Path log, long from) {
        String last = new VmmLog(log).tail(from).stream().reduce("", (a, b) -> b.contains(": ") || a.isEmpty() ? b : a);
        // Of an option that QEMU does not like it repeats all of it before it says why.
        return last.replaceFirst("^\\S*qemu-system-[^:]+: ", "").replaceFirst("^-\\w+ \\S+: ", "").strip();
    }
}
