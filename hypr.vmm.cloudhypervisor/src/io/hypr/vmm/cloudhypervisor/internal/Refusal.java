package io.hypr.vmm.cloudhypervisor.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmLog;

/** Turns what Cloud Hypervisor and hypr-start say into errors for people. */
final class Refusal {

    private record Known(String words, ErrorCode code, String remedy) {
    }

    private static final List<Known> KNOWN = List.of(
        new Known("Device or resource busy", ErrorCode.IN_USE, "Find out what else uses it; another container may still be ending."),
        new Known("lock", ErrorCode.IN_USE, "Another process uses that disk: fuser shows which one."),
        new Known("Cannot allocate memory", ErrorCode.EXHAUSTED, "Give the container less memory, or end something else."),
        new Known("/dev/net/tun", ErrorCode.DENIED, "Run: chmod 0666 /dev/net/tun"),
        new Known("No such file or directory", ErrorCode.NOT_FOUND, "Pull the image again, or remove the container and make it anew."),
        new Known("No such device", ErrorCode.NOT_FOUND, "Remove the container and make it anew."),
        new Known("Permission denied", ErrorCode.DENIED, "See that the user of Cloud Hypervisor may open that file and enter its directory."));

    private Refusal() {
    }

    /**
     * Makes an error of a refusal of the API.
     *
     * @param sentences each the cause of the one before it
     * @return an exception to throw
     */
    static HyprException of(List<String> sentences) {
        List<String> telling = sentences.size() > 1 && sentences.getFirst().equals("Error from API") ? sentences.subList(1, sentences.size()) : sentences;
        // Some causes come with a stack trace of Cloud Hypervisor's own after the first line.
        return told("Cloud Hypervisor refuses: ", telling.stream().map(words -> words.lines().findFirst().orElse("")).collect(Collectors.joining(": ")), null);
    }

    /**
     * Says why there is no Cloud Hypervisor that answers.
     *
     * @param log to which it wrote
     * @param from where in it this start began
     * @param starter what hypr-start said; empty if it came as far as Cloud Hypervisor
     * @param status with which the process ended
     * @return an exception to throw
     */
    static HyprException ofStart(Path log, long from, String starter, int status) {
        if (!starter.isEmpty()) {
            return told("The VMM process was not started: ", starter.replaceFirst("^hypr-start: ", ""), log);
        }
        VmmLog words = new VmmLog(log);
        words.settle();
        String line = words.tail(from).stream().reduce("", (a, b) -> b).strip();
        if (line.isEmpty()) {
            String how = status > 128 ? "signal " + (status - 128) : "status " + status;
            return new HyprException(ErrorCode.INTERNAL, "Cloud Hypervisor ended with " + how + " as it started, and said nothing.").remedy("See " + log + ".");
        }
        return told("Cloud Hypervisor did not start: ", line, log);
    }

    private static HyprException told(String what, String words, Path log) {
        String sentence = what + words + (words.endsWith(".") ? "" : ".");
        for (Known known : KNOWN) {
            if (words.contains(known.words())) {
                return new HyprException(known.code(), sentence).remedy(known.remedy());
            }
        }
        HyprException error = new HyprException(ErrorCode.INTERNAL, sentence);
        return log == null ? error : error.remedy("See " + log + ".");
    }
}
