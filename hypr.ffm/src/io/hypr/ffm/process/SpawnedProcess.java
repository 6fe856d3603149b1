package io.hypr.ffm.process;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.hypr.ffm.call.ErrnoException;

/**
 * A child process started by posix_spawn(3), without the program that Java puts in between, which takes longer to start than most others. Its standard
 * streams are pipes, or the null device; other descriptors it does not get, but with a C library that cannot close them (glibc before 2.34), where it is for
 * programs that do so themselves, as {@code hypr-start}. Safe for use by several threads.
 */
public final class SpawnedProcess extends Process {

    private static final int SIGNALLED = 0x80;

    private final int started;
    private volatile long pid;
    private final OutputStream input;
    private final InputStream output;
    private final InputStream errors;
    private final CompletableFuture<Integer> exit = new CompletableFuture<>();

    private SpawnedProcess(int pid, OutputStream input, InputStream output, InputStream errors) {
        this.started = pid;
        this.pid = pid;
        this.input = input;
        this.output = output;
        this.errors = errors;
    }

    /** In a thread that is there before the process: there is none that nobody waits for. */
    private static void reap(CompletableFuture<SpawnedProcess> born) {
        try {
            born.join().reap();
        } catch (CancellationException e) {
            return; // It could not be started.
        }
    }

    private void reap() {
        try {
            int status = SpawnCalls.await(started);
            if (pid != started) {
                status = SpawnCalls.await((int) pid);
            }
            exit.complete((status & 0x7F) == 0 ? status >> 8 & 0xFF : SIGNALLED + (status & 0x7F));
        } catch (ErrnoException | RuntimeException e) {
            exit.completeExceptionally(e);
        }
    }

    /** The two ends of a pipe, as long as they are descriptors only. */
    private static final class Pipe implements AutoCloseable {

        final int[] ends;

        Pipe() throws ErrnoException {
            ends = SpawnCalls.pipe();
        }

        /** Both ends are open, so that nothing waits: a stream of Java's can only be had by opening something. */
        InputStream reader() throws IOException {
            return new FileInputStream("/proc/self/fd/" + ends[0]);
        }

        OutputStream writer() throws IOException {
            return new FileOutputStream("/proc/self/fd/" + ends[1]);
        }

        @Override
        public void close() throws ErrnoException {
            ProcessCalls.close(ends[0]);
            ProcessCalls.close(ends[1]);
        }
    }

    /**
     * Starts a program.
     *
     * @param command its path and its arguments
     * @param environment variables beside those of this process, by name
     * @param discard whether its standard output is the null device
     * @return the process
     * @throws IOException if there is no such program, or no room for a process or for descriptors
     */
    public static Process start(List<String> command, Map<String, String> environment, boolean discard) throws IOException {
        CompletableFuture<SpawnedProcess> born = new CompletableFuture<>();
        try {
            SpawnedProcess process = spawn(command, environment, discard, born);
            born.complete(process);
            return process;
        } finally {
            born.cancel(false); // If there is none.
        }
    }

    /**
     * Starts a program whose standard output begins with a line that is the number of the process as which it goes on: its own, or that of another child of
     * this process (clone(2) with {@code CLONE_PARENT}), after whose birth it ends. Waits for that line, or for the end of the output.
     *
     * @param command its path and its arguments
     * @param environment variables beside those of this process, by name
     * @return the process that goes on; without a line, the one that was started
     * @throws IOException if there is no such program, no room for a process or for descriptors, or the line is no number
     */
    public static Process startTold(List<String> command, Map<String, String> environment) throws IOException {
        CompletableFuture<SpawnedProcess> born = new CompletableFuture<>();
        try {
            SpawnedProcess process = spawn(command, environment, false, born);
            try {
                process.pid = told(process);
            } catch (IOException e) {
                for (Closeable stream : List.of(process.input, process.output, process.errors)) {
                    stream.close();
                }
                throw e;
            } finally {
                born.complete(process);
            }
            return process;
        } finally {
            born.cancel(false); // If there is none.
        }
    }

    private static long told(SpawnedProcess process) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = process.output.read(); octet != '\n'; octet = process.output.read()) {
            if (octet < 0) {
                return process.started;
            }
            line.append((char) octet);
        }
        try {
            return Integer.parseInt(line, 0, line.length(), 10);
        } catch (NumberFormatException e) {
            throw new IOException("The child process " + process.started + " says '" + line + "' where the number of a process was to come.", e);
        }
    }

    /** @param born the caller tells it the process, or cancels it */
    private static SpawnedProcess spawn(List<String> command, Map<String, String> environment, boolean discard, CompletableFuture<SpawnedProcess> born)
            throws IOException {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.putAll(environment);
        List<Closeable> opened = new ArrayList<>();
        try (Pipe in = new Pipe(); Pipe out = discard ? null : new Pipe(); Pipe err = new Pipe(); Arena arena = Arena.ofConfined()) {
            OutputStream input = kept(opened, in.writer());
            InputStream output = kept(opened, discard ? InputStream.nullInputStream() : out.reader());
            InputStream errors = kept(opened, err.reader());
            try (SpawnCalls.Actions actions = new SpawnCalls.Actions(arena)) {
                actions.duplicate(in.ends[0], 0);
                if (discard) {
                    actions.openNull(1);
                } else {
                    actions.duplicate(out.ends[1], 1);
                }
                actions.duplicate(err.ends[1], 2);
                actions.closeFrom(3);
                Thread.ofPlatform().daemon().name("child of " + command.getFirst()).start(() -> reap(born));
                int pid = SpawnCalls.spawn(arena, Path.of(command.getFirst()), actions, SpawnCalls.strings(arena, command),
                    SpawnCalls.strings(arena, variables.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList()));
                SpawnedProcess process = new SpawnedProcess(pid, input, output, errors);
                opened.clear();
                return process;
            }
        } finally {
            for (Closeable stream : opened) {
                stream.close();
            }
        }
    }

    private static <T extends Closeable> T kept(List<Closeable> opened, T stream) {
        opened.add(stream);
        return stream;
    }

    @Override
    public OutputStream getOutputStream() {
        return input;
    }

    @Override
    public InputStream getInputStream() {
        return output;
    }

    @Override
    public InputStream getErrorStream() {
        return errors;
    }

    @Override
    public int waitFor() throws InterruptedException {
        try {
            return exit.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The child process " + pid + " cannot be waited for.", e.getCause());
        }
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        try {
            exit.get(timeout, unit);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("The child process " + pid + " cannot be waited for.", e.getCause());
        }
    }

    @Override
    public int exitValue() {
        if (!exit.isDone()) {
            throw new IllegalThreadStateException("The child process " + pid + " has not ended.");
        }
        return exit.join();
    }

    @Override
    public boolean isAlive() {
        return !exit.isDone();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return exit.thenApply(status -> this);
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public ProcessHandle toHandle() {
        return ProcessHandle.of(pid).orElseThrow(() -> new IllegalStateException("The child process " + pid + " has ended."));
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public void destroy() {
        ProcessHandle.of(pid).filter(handle -> isAlive()).ifPresent(ProcessHandle::destroy);
    }

    @Override
    public Process destroyForcibly() {
        ProcessHandle.of(pid).filter(handle -> isAlive()).ifPresent(ProcessHandle::destroyForcibly);
        return this;
    }
}
