package io.hypr.shell.internal;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The exit statuses that scripts tell failed starts apart by: 127 = something is not there, 126 = it cannot be executed. Docker's client reads them
 * from the sentence too.
 */
public final class StartStatus {

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private StartStatus() {
    }

    /**
     * @param e why a container was not started
     * @param otherwise the status of all other failures
     * @return the exit status
     */
    public static int of(HyprException e, int otherwise) {
        String sentence = e.getMessage();
        if (sentence.contains("executable file not found") || sentence.contains("no such file or directory")) {
            return NOT_FOUND;
        }
        return sentence.contains("permission denied") || sentence.contains("is a directory") ? NOT_EXECUTABLE : otherwise;
    }

    /**
     * @param e why a process was not started in a container that runs
     * @return the exit status; 1 where the failure was no process's
     */
    public static int ofExec(HyprException e) {
        boolean ofProcess = e.getMessage().startsWith("OCI runtime exec failed") || e.getMessage().matches("[Uu]nable to find (user|group) .*");
        return !ofProcess ? 1 : e.code() == ErrorCode.NOT_FOUND ? NOT_FOUND : NOT_EXECUTABLE;
    }
}
