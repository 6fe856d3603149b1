package io.hypr.core.internal.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Runs Merlin, the program beside the agent, in a microVM. */
final class Merlin {

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int ENOENT = 2;

    /** What Merlin could not do. */
    static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final int errno;

        Failure(int errno, String text) {
            super(text);
            this.errno = errno;
        }

        int errno() {
            return errno;
        }
    }

    private final Run run;
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private OutputStream out;
    private volatile IOException refused;

    Merlin(Run run) {
        this.run = run;
    }

    /**
     * Moves an archive: through the container's window if it has a free one, else by the link.
     *
     * @param words Merlin's command
     * @param in the archive on its way in; null = it goes out
     * @param to gets the archive on its way out
     */
    static void move(Run run, List<String> words, InputStream in, OutputStream to) {
        try (Window window = run.window()) {
            if (window != null) {
                List<String> all = new ArrayList<>(words);
                all.addAll(window.words());
                new Merlin(run).run(all, in, to, window);
                return;
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The disk of the container cannot be closed.", e);
        } catch (Failure e) {
            if (!e.getMessage().equals(Window.NONE)) {
                throw e;
            }
        }
        new Merlin(run).run(words, in, to, null);
    }

    /** @return what it prints */
    byte[] ask(String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        run(List.of(words), null, out, null);
        return out.toByteArray();
    }

    private void run(List<String> words, InputStream in, OutputStream to, Window window) {
        List<String> argv = new ArrayList<>(List.of("/merlin"));
        argv.addAll(words);
        ExecProcess process = new ExecProcess(run,
            (stream, bytes, offset, length) -> take(stream == 1 ? out : errors, bytes, offset, length), in != null || window != null, false);
        out = window == null ? to : in == null ? window.pieces(to, process.input()) : window.freed();
        try {
            Result r = run.answer(run.run(RunProcess.tool(argv, Run.WINDOW), process), ANSWER);
            if (r.errno() != 0) {
                run.forget(process);
                throw r.errno() == ENOENT
                    ? new HyprException(ErrorCode.UNSUPPORTED, "The microVM was started by a version of HYPR that could not look into it.")
                        .remedy("Restart the container.")
                    : Run.failed("The microVM cannot be looked into", r);
            }
            process.deliver(status -> { });
            if (in != null) {
                if (window != null) {
                    awaitEnd(process, window);
                }
                feed(in, process, window);
            }
            int status = process.await();
            judge(status);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.kill("KILL");
            throw new HyprException(ErrorCode.CANCELLED, "The wait was interrupted.", e);
        }
    }

    private void take(OutputStream to, byte[] bytes, int offset, int length) {
        if (refused != null) {
            return;
        }
        try {
            to.write(bytes, offset, length);
        } catch (IOException e) {
            refused = e; // What still comes is dropped; the caller is told in the end.
        }
    }

    private static void feed(InputStream in, ExecProcess process, Window window) throws InterruptedException {
        try (OutputStream to = process.input()) {
            if (window == null) {
                in.transferTo(to);
            } else {
                window.fill(in, to);
            }
        } catch (IOException e) {
            process.kill("KILL");
            throw new HyprException(ErrorCode.CANCELLED, "The archive could not be read to its end: " + e.getMessage(), e);
        }
    }

    private static void awaitEnd(ExecProcess process, Window window) {
        Thread.ofVirtual().name("merlin's end").start(() -> {
            try {
                process.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                window.ended();
            }
        });
    }

    private void judge(int status) {
        if (refused != null) {
            throw new HyprException(ErrorCode.CANCELLED, "What was read could not be handed on: " + refused.getMessage(), refused);
        }
        if (status == 0) {
            return;
        }
        String said = errors.toString(StandardCharsets.UTF_8).strip();
        int space = said.indexOf(' ');
        if (space < 1 || !said.substring(0, space).matches("[0-9]{1,4}")) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The microVM ended while it was looked into.");
        }
        throw new Failure(Integer.parseInt(said.substring(0, space)), said.substring(space + 1));
    }
}
