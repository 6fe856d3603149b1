package io.hypr.ffm.memory;

import static io.hypr.ffm.call.CLibrary.checked;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

import io.hypr.ffm.call.CLibrary;
import io.hypr.ffm.call.ErrnoException;

/** The system calls of this package. */
final class MemoryCalls {

    private static final int O_RDONLY_CLOEXEC = 0x80000;
    private static final int MFD_CLOEXEC_ALLOW_SEALING = 3;
    private static final int F_ADD_SEALS = 1033;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int ENXIO = 6;

    private static final MethodHandle MEMFD_CREATE = CLibrary.function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FCNTL = CLibrary.variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle FTRUNCATE = CLibrary.function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle OPEN = CLibrary.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle LSEEK = CLibrary.function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = CLibrary.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private MemoryCalls() {
    }

    /** memfd_create(2); the descriptor is closed on exec, the file can be sealed. */
    static int create(String name) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return (int) checked("memfd_create " + name, errno -> (int) MEMFD_CREATE.invokeExact(errno, text, MFD_CLOEXEC_ALLOW_SEALING));
        }
    }

    /** fcntl(2) with F_ADD_SEALS. */
    static void seal(int fd, int seals) throws ErrnoException {
        checked("fcntl F_ADD_SEALS", errno -> (int) FCNTL.invokeExact(errno, fd, F_ADD_SEALS, seals));
    }

    /** ftruncate(2). */
    static void resize(int fd, long size) throws ErrnoException {
        checked("ftruncate to " + size, errno -> (int) FTRUNCATE.invokeExact(errno, fd, size));
    }

    /** open(2) for reading; closed on exec. */
    static int open(String path) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(path);
            return (int) checked("open " + path, errno -> (int) OPEN.invokeExact(errno, text, O_RDONLY_CLOEXEC));
        }
    }

    /** lseek(2) with SEEK_DATA; -1 if there is no data from there on. */
    static long nextData(int fd, long from) throws ErrnoException {
        try {
            return checked("lseek SEEK_DATA", errno -> (long) LSEEK.invokeExact(errno, fd, from, SEEK_DATA));
        } catch (ErrnoException e) {
            if (e.errno() == ENXIO) {
                return -1;
            }
            throw e;
        }
    }

    /** lseek(2) with SEEK_HOLE; the end of the file counts as one. */
    static long nextHole(int fd, long from) throws ErrnoException {
        return checked("lseek SEEK_HOLE", errno -> (long) LSEEK.invokeExact(errno, fd, from, SEEK_HOLE));
    }

    /** close(2). */
    static void close(int fd) throws ErrnoException {
        checked("close", errno -> (int) CLOSE.invokeExact(errno, fd));
    }
}
