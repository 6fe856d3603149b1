package io.hypr.shell.internal;

import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

import org.osgi.service.log.Logger;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;

/** Turns what ended a command into sentences on standard error and an exit status. The same for the command line, the shell and its scripts. */
public final class Failures {

    private static final int FAILED = 1;
    private static final int DAEMON = 125;
    private static final int SIGNALLED = 128;

    private final Logger log;

    /**
     * @param log gets what a user cannot do anything about
     */
    public Failures(Logger log) {
        this.log = log;
    }

    /**
     * Says what went wrong.
     *
     * @param failure what ended the command
     * @param err where it is said
     * @param words the command and what was typed after it; they decide how Docker would say it
     * @param signal the signal that interrupted the command; 0 = none
     * @return the exit status, 1 to 255
     */
    public int tell(Exception failure, PrintStream err, List<String> words, int signal) {
        String creation = creation(words);
        switch (failure) {
            case Exit e -> {
                e.reason().ifPresent(r -> say(r, err, creation));
                return e.status();
            }
            case UsageException e -> {
                err.println(e.getMessage());
                return e.status();
            }
            case InterruptedException e -> {
                log.debug("A command was interrupted", e);
                return SIGNALLED + Math.max(1, signal);
            }
            case InterruptedIOException e -> {
                log.debug("A command was interrupted", e);
                return SIGNALLED + Math.max(1, signal);
            }
            case InputException e -> {
                String named = e instanceof CreationException && creation.equals("create") ? "" : creation;
                say(e.getMessage(), e.remedy(), err, named);
                return named.isEmpty() ? FAILED : DAEMON;
            }
            default -> {
                if (signal != 0) {
                    log.debug("A command was interrupted", failure);
                    return SIGNALLED + signal;
                }
                say(failure, err, creation);
                return creation.equals("run") ? failure instanceof HyprException h ? StartStatus.of(h, DAEMON) : DAEMON : FAILED;
            }
        }
    }

    /** Docker says what is wrong with the words of these with its own name before it, and ends with 125. */
    private static String creation(List<String> words) {
        int at = !words.isEmpty() && words.getFirst().equals("container") ? 1 : 0;
        String word = words.size() > at ? words.get(at) : "";
        return word.equals("run") || word.equals("create") ? word : "";
    }

    /** Gogo calls a command whose component could not be made as if it were there. */
    private static boolean isUnmade(Exception e) {
        return e instanceof NullPointerException && e.getStackTrace().length > 0 && e.getStackTrace()[0].getClassName().startsWith("org.apache.felix.gogo.");
    }

    private static void say(String sentence, Optional<String> remedy, PrintStream err, String creation) {
        err.println((creation.isEmpty() ? "" : "hypr: ") + sentence);
        remedy.ifPresent(err::println);
        if (!creation.isEmpty()) {
            err.println("\nRun 'hypr " + creation + " --help' for more information");
        }
    }

    private void say(Exception e, PrintStream err, String creation) {
        List<Unmade.Component> unmade = isUnmade(e) ? Unmade.list() : List.of();
        if (!unmade.isEmpty()) {
            Unmade.Component first = unmade.getFirst();
            say("Error response from daemon: " + first.sentence(), Optional.of(first.remedy()).filter(r -> !r.isEmpty()), err, creation);
            return;
        }
        if (!(e instanceof HyprException h)) {
            err.println((creation.isEmpty() ? "" : "hypr: ") + "hyprd failed: " + e);
            err.println("This is a fault of HYPR. What led to it is in hyprd's log.");
            log.error("A command failed", e);
            return;
        }
        // Of create, Docker says what its daemon refuses as of any other command.
        say("Error response from daemon: " + h.getMessage(), h.remedy(), err, creation.equals("run") ? creation : "");
        if (h.code() == ErrorCode.INTERNAL) {
            log.error("A command failed", e);
        } else {
            log.debug("A command failed", e);
        }
    }
}
