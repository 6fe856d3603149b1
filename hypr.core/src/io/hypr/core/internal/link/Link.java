package io.hypr.core.internal.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Answers.Welcome;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The host's side of the link to one agent, over any number of connections one after another: numbers, repeats and acknowledges
 * frames (PROTOCOL.md section 4). {@link #serve} carries one connection and is called by one thread at a time; everything else may be
 * called from any thread.
 *
 * <p>
 * The number of a request's frame is also its id and, for RUN, the number of the process: numbers grow over restarts of the engine, so
 * nothing has to be remembered to keep ids unique.
 */
public final class Link {

    /** How long a frame waits for the first connection of this engine. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final long LOOK = Duration.ofSeconds(1).toNanos();

    private final Host host;
    private final LinkState state = new LinkState();
    private final Map<Long, CompletableFuture<Result>> requests = new HashMap<>();
    private HyprException ended;

    /** @param host takes what the guest says */
    public Link(Host host) {
        this.host = host;
    }

    /**
     * Carries a connection until it breaks or {@link #end} is called. Closes it.
     *
     * @param channel the connection
     * @param fresh whether nobody has ever spoken to this guest
     * @throws IOException how it broke
     */
    public void serve(ByteChannel channel, boolean fresh) throws IOException {
        Connection mine = new Connection(state, host, this::answered, channel, fresh);
        open(mine);
        Thread writer = Thread.ofVirtual().name("link writer").start(mine::write);
        try {
            mine.read();
        } finally {
            close(mine);
            writer.interrupt();
        }
    }

    private void open(Connection mine) throws IOException {
        state.lock.lock();
        try {
            if (ended != null) {
                mine.close();
                throw new LinkException("The link has ended");
            }
            state.connection = mine;
        } finally {
            state.lock.unlock();
        }
    }

    private void close(Connection mine) throws IOException {
        state.lock.lock();
        try {
            if (state.connection == mine) {
                state.connection = null;
            }
            state.changed.signalAll();
        } finally {
            state.lock.unlock();
        }
        mine.close();
    }

    /**
     * Ends the link for good: the microVM is gone, or the engine lets go of it. Whoever waits for an answer gets the reason.
     *
     * @param reason why
     */
    public void end(HyprException reason) {
        Map<Long, CompletableFuture<Result>> waiting;
        Connection last;
        state.lock.lock();
        try {
            if (ended != null) {
                return;
            }
            ended = reason;
            last = state.connection;
            waiting = Map.copyOf(requests);
            requests.clear();
            state.changed.signalAll();
        } finally {
            state.lock.unlock();
        }
        waiting.values().forEach(f -> f.completeExceptionally(reason));
        if (last != null) {
            last.drop();
        }
    }

    /**
     * Waits for the first connection to be up.
     *
     * @param limit how long
     * @param look is run each second meanwhile, and once at the end; may throw
     * @return what the guest said of itself
     * @throws InterruptedException if the thread was interrupted
     */
    public Welcome awaitWelcome(Duration limit, Runnable look) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            long left = end - System.nanoTime();
            Welcome welcome = welcome(Math.min(left, LOOK));
            if (welcome != null) {
                return welcome;
            }
            look.run();
            if (left <= LOOK) {
                throw new HyprException(ErrorCode.TIMEOUT, "The agent in the microVM did not answer in " + limit.toSeconds() + " s.");
            }
        }
    }

    /** Null if there is none in time. */
    private Welcome welcome(long nanos) throws InterruptedException {
        long left = nanos;
        state.lock.lockInterruptibly();
        try {
            while (state.welcome == null && left > 0) {
                if (ended != null) {
                    throw ended;
                }
                left = state.changed.awaitNanos(left);
            }
            return state.welcome;
        } finally {
            state.lock.unlock();
        }
    }

    /** Says something about a frame before it can leave. */
    @FunctionalInterface
    public interface Before {
        /**
         * @param number that the frame will have
         * @throws IOException if the frame must not be sent
         */
        void accept(long number) throws IOException;
    }

    /**
     * Sends a frame as soon as there is a connection. Never blocks on the guest; waits only while no connection has ever been up.
     *
     * @param type of the frame
     * @param stream of the frame
     * @param before called with the number, before the frame leaves
     * @param payload makes the payload, given the number
     * @return the number
     * @throws IOException what {@code before} threw
     */
    public long send(int type, int stream, Before before, LongFunction<ByteBuffer> payload) throws IOException {
        state.lock.lock();
        try {
            for (long left = PATIENCE.toNanos(); state.welcome == null && ended == null;) {
                if (left <= 0) {
                    throw new HyprException(ErrorCode.TIMEOUT, "The agent in the microVM did not answer in " + PATIENCE.toSeconds() + " s.");
                }
                left = state.changed.awaitNanos(left);
            }
            if (ended != null) {
                throw ended;
            }
            long number = state.sent + 1;
            ByteBuffer frame = new Frame(type, 0, stream, number, payload.apply(number)).encode();
            before.accept(number);
            state.sent = number;
            state.unacknowledged.put(number, frame);
            state.changed.signalAll();
            return number;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "The wait for the agent in the microVM was interrupted.", e);
        } finally {
            state.lock.unlock();
        }
    }

    /**
     * Asks the guest for something.
     *
     * @param type of the request
     * @param payload makes the payload, given the id
     * @return the answer; fails when the link ends first
     */
    public CompletableFuture<Result> request(int type, LongFunction<Payload> payload) {
        CompletableFuture<Result> answer = new CompletableFuture<>();
        try {
            send(type, 0, number -> requests.put(number & 0xFFFFFFFFL, answer), number -> payload.apply(number & 0xFFFFFFFFL).toBuffer());
        } catch (IllegalArgumentException e) {
            answer.completeExceptionally(new HyprException(ErrorCode.INVALID,
                "The command, its environment and its settings together are longer than " + Frame.MAX_PAYLOAD + " octets.", e));
        } catch (IOException | HyprException e) {
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private void answered(Result result) {
        CompletableFuture<Result> waiting;
        state.lock.lock();
        try {
            waiting = requests.remove(result.id());
        } finally {
            state.lock.unlock();
        }
        if (waiting != null) {
            waiting.complete(result);
        }
    }
}
