package io.hypr.vmm.host;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import io.hypr.ffm.process.PidFd;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A VMM process that runs, or ran a moment ago: found by its pid file, held by a pidfd. Safe for use by several threads. */
public final class VmmProcess implements AutoCloseable {

    private static final int SIGKILL = 9;
    private static final long SAMPLE = Duration.ofMillis(100).toNanos();
    private static final int SAMPLES = 50;
    private static final Duration FOR_EVER = Duration.ofDays(10_000);

    private final PidFd pidfd;
    private CompletableFuture<Void> exit;

    private VmmProcess(PidFd pidfd) {
        this.pidfd = pidfd;
    }

    /**
     * Finds the process of a pid file.
     *
     * @param file with the pid and the start time
     * @return the process; empty if there is no such file or the process is not there any more
     * @throws HyprException {@code CORRUPT} if the file says something else
     */
    public static Optional<VmmProcess> of(Path file) {
        try {
            String[] words = Files.readString(file).strip().split(" ");
            return PidFd.open(Long.parseLong(words[0]), Long.parseLong(words[1])).map(VmmProcess::new);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The file " + file + " does not hold a process number and a start time.", e);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The process named in " + file + " cannot be found.", e);
        }
    }

    /**
     * Finds a process by its number alone, which must come from a place that only lists processes of ours.
     *
     * @param pid its number
     * @return the process; empty if it is not there any more
     */
    public static Optional<VmmProcess> of(long pid) {
        try {
            OptionalLong start = PidFd.startTime(pid);
            return start.isEmpty() ? Optional.empty() : PidFd.open(pid, start.getAsLong()).map(VmmProcess::new);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The process " + pid + " cannot be found.", e);
        }
    }

    /** @return its number */
    public long pid() {
        return pidfd.pid();
    }

    /** @return whether it runs */
    public boolean isAlive() {
        try {
            return pidfd.isAlive();
        } catch (ClosedChannelException e) {
            throw released(e);
        } catch (IOException e) {
            throw failed("asked", e);
        }
    }

    /**
     * Waits for its end.
     *
     * @param limit how long; null = for ever
     * @return whether it has ended
     * @throws InterruptedException if this thread was interrupted
     * @throws HyprException {@code GONE} when this is closed meanwhile
     */
    public boolean awaitExit(Duration limit) throws InterruptedException {
        try {
            if (limit == null) {
                exit().get();
            } else {
                exit().get(limit.toNanos(), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ClosedChannelException) {
                throw released(e.getCause());
            }
            throw failed("waited for", e.getCause());
        }
    }

    /** Kills the process and waits until it is gone. */
    public void kill() {
        try {
            pidfd.signal(SIGKILL);
        } catch (ClosedChannelException e) {
            throw released(e);
        } catch (IOException e) {
            throw failed("killed", e);
        }
        boolean interrupted = false;
        while (true) {
            try {
                awaitExit(null);
                break;
            } catch (InterruptedException e) {
                interrupted = true; // The end of a killed process is a matter of milliseconds, and callers rely on it.
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until a guest that was booted to be saved has come to rest, at most some seconds: what it does once is done in the template then, and not in every
     * microVM made of it.
     *
     * @param pid of its VMM
     * @throws IOException if the process has ended
     */
    public static void awaitRest(long pid) throws IOException {
        String before = "";
        for (int i = 0; i < SAMPLES; i++) {
            String now = processorTime(pid);
            if (now.equals(before)) {
                return;
            }
            before = now;
            LockSupport.parkNanos(SAMPLE);
        }
    }

    /** Fields 14 and 15 of proc_pid_stat(5), in hundredths of a second. */
    private static String processorTime(long pid) throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return fields[11] + " " + fields[12];
    }

    /** Lets go of the process. */
    @Override
    public void close() {
        try {
            pidfd.close();
        } catch (IOException e) {
            throw failed("let go", e);
        }
    }

    /** One thread waits for all who do: the wait itself cannot be interrupted, theirs can. */
    private synchronized CompletableFuture<Void> exit() {
        if (exit == null) {
            exit = new CompletableFuture<>();
            Thread.ofPlatform().daemon().name("vmm " + pid()).start(() -> {
                try {
                    while (!pidfd.awaitExit(FOR_EVER)) {
                        continue;
                    }
                    exit.complete(null);
                } catch (IOException | RuntimeException e) {
                    exit.completeExceptionally(e);
                }
            });
        }
        return exit;
    }

    private static HyprException released(Throwable cause) {
        return new HyprException(ErrorCode.GONE, "The backend has let go of this microVM.", cause);
    }

    private HyprException failed(String what, Throwable cause) {
        return new HyprException(ErrorCode.INTERNAL, "The VMM with process number " + pid() + " cannot be " + what + ".", cause);
    }
}
