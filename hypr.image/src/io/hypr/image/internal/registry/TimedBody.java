package io.hypr.image.internal.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer as a stream whose reads take only so long. The HTTP client of the JDK limits the time to the headers only: a server
 * that stops in the middle of a body would hold its reader for ever.
 */
final class TimedBody extends InputStream implements HttpResponse.BodySubscriber<InputStream> {

    private static final List<ByteBuffer> END = new ArrayList<>();

    private final Duration patience;
    private final BlockingQueue<List<ByteBuffer>> arrived = new LinkedBlockingQueue<>();
    private final Queue<ByteBuffer> present = new ArrayDeque<>();
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
    private volatile Throwable failure;
    private boolean ended;

    TimedBody(Duration patience) {
        this.patience = patience;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
        if (subscription.complete(s)) {
            s.request(1);
        } else {
            s.cancel();
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        arrived.add(buffers);
    }

    @Override
    public void onError(Throwable t) {
        failure = t;
        arrived.add(END);
    }

    @Override
    public void onComplete() {
        arrived.add(END);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (present.isEmpty() || !present.peek().hasRemaining()) {
            present.poll();
            if (present.isEmpty() && !take()) {
                return -1;
            }
        }
        int n = Math.min(length, present.peek().remaining());
        present.peek().get(to, offset, n);
        return n;
    }

    private boolean take() throws IOException {
        if (ended) {
            return false;
        }
        List<ByteBuffer> buffers;
        try {
            buffers = arrived.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        if (buffers == null) {
            close();
            throw new SocketTimeoutException("nothing came for " + patience.toMillis() + " ms");
        }
        if (buffers == END) {
            ended = true;
            if (failure != null) {
                throw new IOException("the connection broke off", failure);
            }
            return false;
        }
        present.addAll(buffers);
        subscription.join().request(1);
        return true;
    }

    /** Ends the transfer: what comes after is not waited for. */
    @Override
    public void close() {
        ended = true;
        subscription.thenAccept(Flow.Subscription::cancel);
    }
}
