package io.hypr.vmm.hvf.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import io.hypr.krun.HostProcess;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * A {@code hypr-krun} as Java's own {@link ProcessHandle} holds it: by number and start time. macOS has nothing like a pidfd. The handle compares the
 * start time before it kills; signals that Java cannot send go by kill(1).
 */
final class MacProcess implements HostProcess {

    /** Linux tells when a process started by its clock's idea of when it booted, which is corrected by parts of a second. */
    private static final long SAME_START_MILLIS = 1_500;
    /** The end of a process that is no child of this daemon is announced by nobody. */
    private static final long LOOK_AGAIN_MILLIS = 100;

    private final ProcessHandle handle;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    private MacProcess(ProcessHandle handle) {
        this.handle = handle;
    }

    /** Writes down who a process is. The file is there whole, or not at all. */
    static void note(ProcessHandle handle, Path file) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, handle.pid() + " " + start(handle) + "\n");
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static long start(ProcessHandle handle) {
        return handle.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(0L);
    }

    /** The process that is written down, if it still runs. */
    static Optional<MacProcess> of(Path file) {
        try {
            String[] words = Files.readString(file).strip().split(" ");
            long pid = Long.parseLong(words[0]);
            long start = Long.parseLong(words[1]);
            return ProcessHandle.of(pid).filter(handle -> start > 0 && Math.abs(start(handle) - start) <= SAME_START_MILLIS).map(MacProcess::new);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The file " + file + " does not tell which process it is about.", e);
        }
    }

    /** All that run a program under a name. */
    static List<MacProcess> named(Path program, String name) {
        return ProcessHandle.allProcesses().filter(handle -> {
            ProcessHandle.Info info = handle.info();
            return info.command().filter(command -> Path.of(command).getFileName().equals(program.getFileName())).isPresent()
                    && List.of(info.arguments().orElse(new String[0])).contains(name);
        }).map(MacProcess::new).toList();
    }

    @Override
    public long pid() {
        return handle.pid();
    }

    @Override
    public boolean isAlive() {
        if (closed.isDone()) {
            throw gone();
        }
        return handle.isAlive();
    }

    private static HyprException gone() {
        return new HyprException(ErrorCode.GONE, "The backend has let go of this microVM.");
    }

    @Override
    public boolean awaitExit(Duration limit) throws InterruptedException {
        CompletableFuture<Object> either = CompletableFuture.anyOf(handle.onExit(), closed);
        long start = System.nanoTime();
        while (isAlive()) {
            long left = limit == null ? LOOK_AGAIN_MILLIS : limit.minusNanos(System.nanoTime() - start).toMillis();
            if (left <= 0) {
                return false;
            }
            try {
                either.get(Math.min(left, LOOK_AGAIN_MILLIS), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                continue;
            } catch (ExecutionException e) {
                throw new IllegalStateException("The end of a process is no failure", e);
            }
        }
        return true;
    }

    @Override
    public void kill() {
        handle.destroyForcibly();
        while (handle.isAlive()) {
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void stop() {
        signal("-STOP");
        awaitStopped();
    }

    @Override
    public void resume() {
        signal("-CONT");
    }

    private void signal(String signal) {
        if (isAlive()) {
            output("/bin/kill", signal, Long.toString(pid()));
        }
    }

    @Override
    public boolean isStopped() {
        return isAlive() && output("/bin/ps", "-o", "state=", "-p", Long.toString(pid())).strip().startsWith("T");
    }

    private String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The process " + pid() + " of the microVM cannot be reached: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        closed.complete(null);
    }
}
