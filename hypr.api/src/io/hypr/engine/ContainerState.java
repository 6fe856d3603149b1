package io.hypr.engine;

import java.util.Locale;

/** The states of a container, as Docker names them. */
public enum ContainerState {
    /** Made and never started. */
    CREATED,
    /** Runs. */
    RUNNING,
    /** Runs, but its processors are stopped. */
    PAUSED,
    /** Ended, and its restart policy will start it again. */
    RESTARTING,
    /** Is being removed. */
    REMOVING,
    /** Has run and ended. */
    EXITED,
    /** Its removal failed; it can only be removed again. */
    DEAD;

    /** {@return Docker's word, such as {@code running}} */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
