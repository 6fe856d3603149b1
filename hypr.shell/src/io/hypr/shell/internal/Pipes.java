package io.hypr.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Joins what writes a stream with what reads it. */
public final class Pipes {

    /** Writes a stream. */
    public interface Source {
        /**
         * @param to gets all of it
         * @throws Exception what went wrong
         */
        void write(OutputStream to) throws Exception;
    }

    /** Reads a stream. */
    public interface Sink {
        /**
         * @param from is read
         * @throws Exception what went wrong
         */
        void read(InputStream from) throws Exception;
    }

    private Pipes() {
    }

    /**
     * Runs both, the source on a thread of its own.
     *
     * @param source writes; what goes wrong with it counts more than what the sink says of a stream that is cut
     * @param sink reads
     * @throws Exception what went wrong
     */
    public static void join(Source source, Sink sink) throws Exception {
        Conveyor pipe = new Conveyor();
        CompletableFuture<Void> written = new CompletableFuture<>();
        Thread writer = Thread.ofVirtual().name("hypr pipe").start(() -> {
            try (OutputStream to = pipe.output()) {
                source.write(to);
                written.complete(null);
            } catch (Exception e) {
                written.completeExceptionally(e);
            }
        });
        Exception failed = null;
        try (InputStream from = pipe.input()) {
            sink.read(from);
            from.transferTo(OutputStream.nullOutputStream());
        } catch (InterruptedException e) {
            writer.interrupt();
            throw e;
        } catch (Exception e) {
            failed = e;
        }
        try {
            written.get();
        } catch (ExecutionException e) {
            Exception cause = e.getCause() instanceof Exception x ? x : e;
            if (failed == null || !(cause instanceof IOException) && !isCut(cause)) {
                throw cause;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    /** Whether the source failed because the sink had stopped reading. */
    private static boolean isCut(Throwable failure) {
        return failure.getCause() instanceof IOException;
    }
}
