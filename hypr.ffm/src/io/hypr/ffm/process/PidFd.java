package io.hypr.ffm.process;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.hypr.ffm.call.ErrnoException;

/**
 * A process, known by number and start time, that need not be our child: one number is given to many processes in turn, the pair to one. Holds a pidfd,
 * pidfd_open(2), so that signals reach this process and no later one.
 *
 * <pre>
 * try (PidFd vmm = PidFd.open(pid, startTime).orElseThrow()) {
 *     vmm.signal(15);
 *     if (!vmm.awaitExit(Duration.ofSeconds(10))) {
 *         vmm.signal(9);
 *     }
 * }
 * </pre>
 *
 * Safe for use by several threads.
 */
public final class PidFd implements AutoCloseable {

    private final long pid;
    private final int fd;
    private final int wake;
    private int calls;
    private boolean closed;

    private PidFd(long pid, int fd) throws ErrnoException {
        this.pid = pid;
        this.fd = fd;
        this.wake = ProcessCalls.eventfd();
    }

    /**
     * Opens a process.
     *
     * @param pid its number
     * @param startTime what {@link #startTime(long)} told of it earlier
     * @return the process; empty if it has ended and been reaped, whether or not its number belongs to another process now
     * @throws ErrnoException if the kernel refuses, for example with EMFILE
     */
    public static Optional<PidFd> open(long pid, long startTime) throws ErrnoException {
        int fd;
        try {
            fd = ProcessCalls.pidfdOpen(pid);
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ESRCH) {
                return Optional.empty();
            }
            throw e;
        }
        // Read after opening: if the number was given away in between, the start time tells.
        boolean same = startTime(pid).orElse(-1) == startTime;
        if (same) {
            try {
                return Optional.of(new PidFd(pid, fd));
            } catch (ErrnoException e) {
                ProcessCalls.close(fd);
                throw e;
            }
        }
        ProcessCalls.close(fd);
        return Optional.empty();
    }

    /**
     * Tells when a process started, proc_pid_stat(5) field 22.
     *
     * @param pid its number
     * @return clock ticks since the host booted; empty if there is no such process
     */
    public static OptionalLong startTime(long pid) {
        try {
            // The second field is the command's name in parentheses and may hold spaces and parentheses itself.
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            String[] fromThird = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return OptionalLong.of(Long.parseLong(fromThird[22 - 3]));
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            // ESRCH: the process was reaped between open and read.
            return OptionalLong.empty();
        }
    }

    /** @return the process's number */
    public long pid() {
        return pid;
    }

    /**
     * @return whether it runs; a process that has exited and waits to be reaped does not
     * @throws IOException if it is closed, or the kernel refuses
     */
    public boolean isAlive() throws IOException {
        return !poll(0);
    }

    /**
     * Waits until the process has exited. Interrupts do not end the wait, {@link #close()} does. A virtual thread waits without holding its carrier.
     *
     * @param limit how long at most, to the millisecond; more than 24 days = for ever
     * @return whether it has exited
     * @throws AsynchronousCloseException if another thread closes it meanwhile
     * @throws IOException if it is closed, or the kernel refuses
     */
    public boolean awaitExit(Duration limit) throws IOException {
        if (!Thread.currentThread().isVirtual()) {
            return pollUntil(limit);
        }
        // A system call pins a virtual thread's carrier, and there are only as many of those as processors.
        CompletableFuture<Boolean> exited = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("await exit of " + pid).start(() -> {
            try {
                exited.complete(pollUntil(limit));
            } catch (IOException | RuntimeException e) {
                exited.completeExceptionally(e);
            }
        });
        try {
            return exited.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /**
     * Sends a signal.
     *
     * @param number of the signal, signal(7)
     * @return whether the process was there to receive it
     * @throws IOException if it is closed, or the kernel refuses with EPERM or EINVAL
     */
    public boolean signal(int number) throws IOException {
        enter();
        try {
            ProcessCalls.pidfdSendSignal(fd, number);
            return true;
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ESRCH) {
                return false;
            }
            throw e;
        } finally {
            leave();
        }
    }

    /** Lets go of the process, which is not affected, and ends waits for it. Idempotent. */
    @Override
    public void close() throws ErrnoException {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        ProcessCalls.raise(wake);
        awaitNoCalls();
        ProcessCalls.close(wake);
        ProcessCalls.close(fd);
    }

    private boolean pollUntil(Duration limit) throws IOException {
        boolean forever = limit.compareTo(Duration.ofMillis(Integer.MAX_VALUE)) > 0;
        long end = System.nanoTime() + (forever ? 0 : limit.toNanos());
        while (true) {
            long left = Math.max(0, end - System.nanoTime());
            try {
                return poll(forever ? -1 : (int) Math.min(Integer.MAX_VALUE, (left + 999_999) / 1_000_000));
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.EINTR) {
                    throw e;
                }
            }
        }
    }

    private boolean poll(int milliseconds) throws IOException {
        enter();
        try (Arena arena = Arena.ofConfined()) {
            PollFds fds = PollFds.of(arena, fd, wake);
            ProcessCalls.poll(fds, milliseconds);
            if (fds.isReady(1)) {
                throw new AsynchronousCloseException();
            }
            return fds.isReady(0);
        } finally {
            leave();
        }
    }

    private synchronized void enter() throws ClosedChannelException {
        if (closed) {
            throw new ClosedChannelException();
        }
        calls++;
    }

    private synchronized void leave() {
        calls--;
        notifyAll();
    }

    /** A descriptor is closed only after the last call on it, or its number could be another file's by then. */
    private synchronized void awaitNoCalls() {
        boolean interrupted = false;
        while (calls > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return "process " + pid;
    }
}
