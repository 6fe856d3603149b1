package io.hypr.shell.internal;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The exit statuses that scripts tell failed starts apart by: 127 = the command is not there, 126 = it cannot be executed. Docker's client reads them
 * from the sentence too.
 */
public final class StartStatus {

    private static final int NOT_EXECUTABLE = 126;
    private static final int NOT_FOUND = 127;

    private StartStatus() {
    }

    /**
     * @param e why a process was not started
     * @param otherwise the status of all other failures
     * @return the exit status
     */
    public static int of(HyprException e, int otherwise) {
        if (!e.getMessage().contains("exec: \"")) {
            return otherwise;
        }
        return e.code() == ErrorCode.NOT_FOUND ? NOT_FOUND : e.code() == ErrorCode.DENIED ? NOT_EXECUTABLE : otherwise;
    }
}
