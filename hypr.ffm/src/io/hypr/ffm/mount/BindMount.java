package io.hypr.ffm.mount;

import java.nio.file.Path;

import io.hypr.ffm.call.ErrnoException;

/** A file that is seen in a second place, bind mounts of mount(2). Safe for use by several threads. */
public final class BindMount {

    private static final long MS_BIND = 4096;

    private BindMount() {
    }

    /**
     * Shows a file in another place.
     *
     * @param file to show; of a symbolic link that to which it leads
     * @param place an existing file, which is hidden meanwhile
     * @throws ErrnoException ENOENT if there is no such file or place, EPERM without CAP_SYS_ADMIN
     */
    public static void make(Path file, Path place) throws ErrnoException {
        FileSystemMount.make(file.toString(), place, "", MS_BIND, "");
    }

    /**
     * Ends what {@link #make} did; who has the file open keeps it. Idempotent.
     *
     * @param place where the file was shown
     * @throws ErrnoException ENOENT if there is no such place, EPERM without CAP_SYS_ADMIN
     */
    public static void remove(Path place) throws ErrnoException {
        FileSystemMount.remove(place);
    }
}
