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

/** File systems at a place, mount(2) and umount2(2). Safe for use by several threads. */
public final class FileSystemMount {

    private static final MethodHandle MOUNT = CLibrary.function("mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle UMOUNT2 = CLibrary.function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final int MNT_DETACH_UMOUNT_NOFOLLOW = 2 | 8;

    private FileSystemMount() {
    }

    /**
     * Mounts.
     *
     * @param source device, directory, or what else the file system understands
     * @param place that is there, and is hidden meanwhile
     * @param type of the file system; empty where the flags need none
     * @param flags {@code MS_BIND} and others
     * @param data options for the file system; empty for none
     * @throws ErrnoException what mount(2) says, ENODEV for a file system that the kernel does not know
     */
    public static void make(String source, Path place, String type, long flags, String data) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocateFrom(source);
            MemorySegment to = arena.allocateFrom(place.toString());
            MemorySegment kind = arena.allocateFrom(type);
            MemorySegment options = data.isEmpty() ? MemorySegment.NULL : arena.allocateFrom(data);
            CLibrary.checked("mount " + source + " at " + place, errno -> (int) MOUNT.invokeExact(errno, from, to, kind, flags, options));
        }
    }

    /**
     * Takes away what was mounted last; who has files of it open keeps them.
     *
     * @param place where it is mounted
     * @return whether something was mounted there
     * @throws ErrnoException ENOENT if there is no such place, EPERM without CAP_SYS_ADMIN
     */
    public static boolean remove(Path place) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment at = arena.allocateFrom(place.toString());
            CLibrary.checked("umount " + place, errno -> (int) UMOUNT2.invokeExact(errno, at, MNT_DETACH_UMOUNT_NOFOLLOW));
            return true;
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.EINVAL) {
                throw e;
            }
            return false;
        }
    }
}
