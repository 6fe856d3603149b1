package io.hypr.vmm.cloudhypervisor.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmRefusal;

/** Turns what Cloud Hypervisor and hypr-start say into errors for people. */
final class Refusal {

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
        String words = telling.stream().map(sentence -> sentence.lines().findFirst().orElse("")).collect(Collectors.joining(": "));
        return VmmRefusal.of("Cloud Hypervisor refuses: ", words, null);
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
        return VmmRefusal.ofStart("Cloud Hypervisor", log, from, starter, status, lines -> lines.isEmpty() ? "" : lines.getLast().strip());
    }
}
