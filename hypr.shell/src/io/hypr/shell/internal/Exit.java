package io.hypr.shell.internal;

import java.util.Optional;

import io.hypr.model.HyprException;

/** Ends a command with a status other than 0, and says why where that has not been said already. */
public final class Exit extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final transient HyprException reason;

    /**
     * @param status 1 to 255
     */
    public Exit(int status) {
        this(status, null);
    }

    /**
     * @param status 1 to 255
     * @param reason what is still to be said; null = nothing
     */
    public Exit(int status, HyprException reason) {
        super("exit status " + status, reason, false, false);
        this.status = status;
        this.reason = reason;
    }

    /** @return what is still to be said */
    public Optional<HyprException> reason() {
        return Optional.ofNullable(reason);
    }

    /** @return the exit status */
    public int status() {
        return status;
    }
}
