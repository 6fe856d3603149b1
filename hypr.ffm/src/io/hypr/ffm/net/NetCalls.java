package io.hypr.ffm.net;

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
final class NetCalls {

    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;

    private static final MethodHandle SOCKET = CLibrary.function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT = CLibrary.function("setsockopt",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND = CLibrary.function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle RECV = CLibrary.function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    private static final MethodHandle CLOSE = CLibrary.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle OPEN = CLibrary.variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle IOCTL = CLibrary.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle IOCTL_STRUCT = CLibrary.variadic("ioctl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));

    private NetCalls() {
    }

    /** socket(2). */
    static int socket(int family, int type, int protocol) throws ErrnoException {
        return (int) checked("socket of family " + family, errno -> (int) SOCKET.invokeExact(errno, family, type, protocol));
    }

    /** setsockopt(2) with an int. */
    static void setOption(int socket, int level, int option, int value) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_INT, value);
            checked("setsockopt " + level + " " + option, errno -> (int) SETSOCKOPT.invokeExact(errno, socket, level, option, memory, Integer.BYTES));
        }
    }

    /** send(2). */
    static void send(int socket, MemorySegment data) throws ErrnoException {
        checked("send", errno -> (long) SEND.invokeExact(errno, socket, data, data.byteSize(), 0));
    }

    /** recv(2). */
    static int receive(int socket, MemorySegment buffer) throws ErrnoException {
        return (int) checked("recv", errno -> (long) RECV.invokeExact(errno, socket, buffer, buffer.byteSize(), 0));
    }

    /** open(2) for reading and writing; closed on exec. */
    static int open(String path) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(path);
            return (int) checked("open " + path, errno -> (int) OPEN.invokeExact(errno, memory, O_RDWR | O_CLOEXEC));
        }
    }

    /** close(2). */
    static void close(int fd) throws ErrnoException {
        checked("close", errno -> (int) CLOSE.invokeExact(errno, fd));
    }

    /** ioctl(2) with a number. */
    static void ioctl(String what, int fd, long request, long value) throws ErrnoException {
        checked(what, errno -> (int) IOCTL.invokeExact(errno, fd, request, value));
    }

    /** ioctl(2) with a struct. */
    static void ioctl(String what, int fd, long request, MemorySegment struct) throws ErrnoException {
        checked(what, errno -> (int) IOCTL_STRUCT.invokeExact(errno, fd, request, struct));
    }
}
