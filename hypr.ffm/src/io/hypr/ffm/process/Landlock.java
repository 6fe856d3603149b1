package io.hypr.ffm.process;

import io.hypr.ffm.call.ErrnoException;

/** The kernel's way for programs to confine themselves: landlock(7). */
public final class Landlock {

    private Landlock() {
    }

    /** @return the version of landlock that this kernel has; 0 = none, or it is switched off */
    public static int version() {
        try {
            return ProcessCalls.landlockVersion();
        } catch (ErrnoException e) {
            return 0; // ENOSYS or EOPNOTSUPP: there is none.
        }
    }
}
