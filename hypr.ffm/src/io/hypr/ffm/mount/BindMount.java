package io.hypr.ffm.mount;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

import io.hypr.ffm.call.CLibrary;
import io.hypr.ffm.call.ErrnoException;

/** A file that is seen in a second place, bind mounts of mount(2). Safe for use by several threads. */
public final class BindMount {

    private static final MethodHandle MOUNT = CLibrary.function("mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle UMOUNT2 = CLibrary.function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final long MS_BIND = 4096;
    private static final int MNT_DETACH_UMOUNT_NOFOLLOW = 2 | 8;

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
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocateFrom(file.toString());
            MemorySegment to = arena.allocateFrom(place.toString());
            CLibrary.checked("mount " + file + " at " + place,
                    errno -> (int) MOUNT.invokeExact(errno, from, to, MemorySegment.NULL, MS_BIND, MemorySegment.NULL));
        }
    }

    /**
     * Ends what {@link #make} did; who has the file open keeps it. Idempotent.
     *
     * @param place where the file was shown
     * @throws ErrnoException ENOENT if there is no such place, EPERM without CAP_SYS_ADMIN
     */
    public static void remove(Path place) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment at = arena.allocateFrom(place.toString());
            CLibrary.checked("umount " + place, errno -> (int) UMOUNT2.invokeExact(errno, at, MNT_DETACH_UMOUNT_NOFOLLOW));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EINVAL) { // Nothing is mounted there.
                throw e;
            }
        }
    }
}
