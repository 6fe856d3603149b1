package io.hypr.ffm.process;

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
final class ProcessCalls {

    // The numbers of calls that came after Linux 5.0 are the same on every architecture.
    private static final long PIDFD_SEND_SIGNAL = 424;
    private static final long PIDFD_OPEN = 434;
    private static final long LANDLOCK_CREATE_RULESET = 444;
    private static final long LANDLOCK_CREATE_RULESET_VERSION = 1;
    private static final int EFD_CLOEXEC = 0x80000;

    private static final MethodHandle SYSCALL = CLibrary.variadic("syscall", 1,
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle EVENTFD = CLibrary.function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle WRITE = CLibrary.function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle CLOSE = CLibrary.function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle POLL = CLibrary.function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private ProcessCalls() {
    }

    /** pidfd_open(2); the descriptor is closed on exec. */
    static int pidfdOpen(long pid) throws ErrnoException {
        return (int) checked("pidfd_open " + pid, errno -> (long) SYSCALL.invokeExact(errno, PIDFD_OPEN, pid, 0L, 0L, 0L));
    }

    /** pidfd_send_signal(2). */
    static void pidfdSendSignal(int pidfd, int signal) throws ErrnoException {
        checked("pidfd_send_signal " + signal, errno -> (long) SYSCALL.invokeExact(errno, PIDFD_SEND_SIGNAL, (long) pidfd, (long) signal, 0L, 0L));
    }

    /** landlock_create_ruleset(2), asked for its version. */
    static int landlockVersion() throws ErrnoException {
        return (int) checked("landlock_create_ruleset",
                errno -> (long) SYSCALL.invokeExact(errno, LANDLOCK_CREATE_RULESET, 0L, 0L, LANDLOCK_CREATE_RULESET_VERSION, 0L));
    }

    /** eventfd(2). */
    static int eventfd() throws ErrnoException {
        return (int) checked("eventfd", errno -> (int) EVENTFD.invokeExact(errno, 0, EFD_CLOEXEC));
    }

    /** Makes an eventfd readable for good. */
    static void raise(int eventfd) throws ErrnoException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);
            checked("write to eventfd", errno -> (long) WRITE.invokeExact(errno, eventfd, one, 8L));
        }
    }

    /** close(2). */
    static void close(int fd) throws ErrnoException {
        checked("close", errno -> (int) CLOSE.invokeExact(errno, fd));
    }

    /**
     * poll(2) for reading.
     *
     * @param milliseconds to wait; -1 = for ever
     * @return how many are ready
     */
    static int poll(PollFds fds, int milliseconds) throws ErrnoException {
        return (int) checked("poll", errno -> (int) POLL.invokeExact(errno, fds.segment(), (long) fds.count(), milliseconds));
    }
}
