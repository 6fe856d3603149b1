package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Says why QEMU did not start, from the last line that it wrote. */
final class StartFailure {

    private static final int TAIL = 4096;

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

    /**
     * @param what sentence's beginning
     * @param log to which the helper wrote
     * @param starter what hypr-start said; empty if it came as far as the helper
     * @param status with which the helper ended
     * @return an exception to throw
     */
    static HyprException ofHelper(String what, Path log, String starter, int status) {
        new VmmLog(log).settle();
        String words = starter.isEmpty() ? lastLine(log, 0) : starter.replaceFirst("^hypr-start: ", "");
        return told(what, words.isEmpty() ? "the process that serves it ended with status " + status : words, log);
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
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long begin = Math.max(from, file.length() - TAIL);
            byte[] tail = new byte[(int) Math.max(0, file.length() - begin)];
            file.seek(begin);
            file.readFully(tail);
            String last = new String(tail, StandardCharsets.UTF_8).strip().lines().reduce("", (a, b) -> b.contains(": ") || a.isEmpty() ? b : a);
            // Of an option that QEMU does not like it repeats all of it before it says why.
            return last.replaceFirst("^\\S*qemu-system-[^:]+: ", "").replaceFirst("^-\\w+ \\S+: ", "").strip();
        } catch (IOException e) {
            return ""; // A log that cannot be read says nothing; the exception says how QEMU ended.
        }
    }
}
