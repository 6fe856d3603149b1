package io.hypr.vmm.host;

import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;

/** Turns what a VMM or hypr-start said when it could not do something into an exception: the code and the remedy follow from the system's words in it. */
public final class VmmRefusal {

    private record Known(Pattern words, ErrorCode code, String remedy) {

        Known(String words, ErrorCode code, String remedy) {
            this(Pattern.compile(words), code, remedy);
        }
    }

    private static final List<Known> KNOWN = List.of(
        new Known("Cannot reach the network at the socket", ErrorCode.NOT_FOUND, "Start what serves it, as gvproxy does with --listen-vfkit."),
        new Known("without the feature gpu", ErrorCode.UNSUPPORTED, "Install virglrenderer and build hypr-krun again."),
        new Known("Device or resource busy", ErrorCode.IN_USE, "Find out what else uses it; another container may still be ending."),
        new Known("\\block\\b", ErrorCode.IN_USE, "Another process uses that disk: fuser shows which one."),
        new Known("Cannot allocate memory", ErrorCode.EXHAUSTED, "Give the container less memory, or end something else."),
        new Known("/dev/net/tun", ErrorCode.DENIED, "Run: chmod 0666 /dev/net/tun"),
        new Known("No such file or directory", ErrorCode.NOT_FOUND, "Pull the image again, or remove the container and make it anew."),
        new Known("No such device", ErrorCode.NOT_FOUND, "Remove the container and make it anew."),
        new Known("Permission denied", ErrorCode.DENIED, "See that the user of the VMM may open that file and enter its directory."));

    /** For so long a VMM that ends may still be there after it closed its sockets. */
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private VmmRefusal() {
    }

    /**
     * @param what failed, a sentence that ends in a colon and a space
     * @param words why
     * @param log of the VMM, where there may be more; null = there is not
     * @return an exception to throw
     */
    public static HyprException of(String what, String words, Path log) {
        String sentence = what + words + (words.endsWith(".") ? "" : ".");
        for (Known known : KNOWN) {
            if (known.words().matcher(words).find()) {
                return new HyprException(known.code(), sentence).remedy(known.remedy());
            }
        }
        HyprException error = new HyprException(ErrorCode.INTERNAL, sentence);
        return log == null ? error : error.remedy("See " + log + ".");
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
     * Says why a VMM ended as it started.
     *
     * @param vmm its name
     * @param log to which it wrote
     * @param from where in it this start began
     * @param starter what hypr-start said; empty if it came as far as the VMM
     * @param status with which the process ended
     * @param reason finds it in the last lines of the log
     * @return an exception to throw
     */
    public static HyprException ofStart(String vmm, Path log, long from, String starter, int status, Function<List<String>, String> reason) {
        if (!starter.isEmpty()) {
            return ofStarter(starter, log);
        }
        VmmLog words = new VmmLog(log);
        words.settle();
        String line = reason.apply(words.tail(from));
        if (line.isEmpty()) {
            String how = status > 128 ? "signal " + (status - 128) : "status " + status;
            return new HyprException(ErrorCode.INTERNAL, vmm + " ended with " + how + " as it started, and said nothing.").remedy("See " + log + ".");
        }
        return of(vmm + " did not start: ", line, log);
    }

    /**
     * Says why a VMM that was started did not answer at one of its sockets: that it has ended and what was said last, or what there is if it runs.
     *
     * @param session of its microVM, which is asked whether it ends
     * @param vmm its name
     * @param socket at which it should answer
     * @param run directory of the microVM
     * @param log of the microVM
     * @param cause what became of the attempt; a {@link HyprException} says itself what there is with a VMM that runs
     * @return an exception to throw: {@code UNAVAILABLE}; the cause if it is one with another code
     */
    public static HyprException ofSilence(VmSession session, String vmm, Path socket, VmmDirectory run, Path log, Exception cause) {
        String busy = "Try again when the host has less to do; kill the container if it stays so.";
        if (cause instanceof HyprException known && known.code() != ErrorCode.UNAVAILABLE) {
            return known.code() == ErrorCode.TIMEOUT ? known.remedy(busy) : known;
        }
        String who = vmm + " of microVM " + session.record().id();
        if (endsNow(session)) {
            new VmmLog(log).settle();
            String why = session.ending();
            return unavailable((who + " has ended. " + (why.isEmpty() ? run.lastWords(log) : why)).strip(), "See " + log + ".", cause);
        }
        if (cause instanceof HyprException known) {
            return known;
        }
        if (Files.notExists(socket)) {
            return unavailable(who + " runs, but somebody has removed its socket " + socket + ".",
                "Restart the container, and let nothing clean up that directory.", cause);
        }
        return cause instanceof ConnectException ? unavailable(who + " runs, but does not listen at " + socket + ".", "Restart the container.", cause)
            : unavailable(who + " runs, but takes no further connection at " + socket + ".", busy, cause);
    }

    private static boolean endsNow(VmSession session) {
        try {
            return session.awaitExit(MOMENT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while microVM " + session.record().id() + " was asked.", e);
        }
    }

    private static HyprException unavailable(String sentence, String remedy, Exception cause) {
        return new HyprException(ErrorCode.UNAVAILABLE, sentence, cause).remedy(remedy);
    }
}
