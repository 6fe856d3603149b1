package io.hypr.core.internal.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
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

    private static final int GENERATION = 1;
    private static final int PADDING = Frame.HEADER + Frame.MAX_PAYLOAD + Frame.TRAILER;
    /** How long a frame waits for the first connection of this engine. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Host host;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<Long, ByteBuffer> unacknowledged = new TreeMap<>();
    private final Map<Long, CompletableFuture<Result>> requests = new HashMap<>();
    private long sent;
    private Welcome welcome;
    private Connection connection;
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
        Connection mine = new Connection(channel, host.taken(), fresh);
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
        lock.lock();
        try {
            if (ended != null) {
                mine.channel.close();
                throw new LinkException("The link has ended");
            }
            connection = mine;
        } finally {
            lock.unlock();
        }
    }

    private void close(Connection mine) throws IOException {
        lock.lock();
        try {
            if (connection == mine) {
                connection = null;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        mine.channel.close();
    }

    /**
     * Ends the link for good: the microVM is gone, or the engine lets go of it. Whoever waits for an answer gets the reason.
     *
     * @param reason why
     */
    public void end(HyprException reason) {
        Map<Long, CompletableFuture<Result>> waiting;
        Connection last;
        lock.lock();
        try {
            if (ended != null) {
                return;
            }
            ended = reason;
            last = connection;
            waiting = Map.copyOf(requests);
            requests.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
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
     * @return what the guest said of itself
     * @throws InterruptedException if the thread was interrupted
     */
    public Welcome awaitWelcome(Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lockInterruptibly();
        try {
            while (welcome == null) {
                if (ended != null) {
                    throw ended;
                }
                if (left <= 0) {
                    throw new HyprException(ErrorCode.TIMEOUT, "The agent in the microVM did not answer in " + limit.toSeconds() + " s.");
                }
                left = changed.awaitNanos(left);
            }
            return welcome;
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            for (long left = PATIENCE.toNanos(); welcome == null && ended == null;) {
                if (left <= 0) {
                    throw new HyprException(ErrorCode.TIMEOUT, "The agent in the microVM did not answer in " + PATIENCE.toSeconds() + " s.");
                }
                left = changed.awaitNanos(left);
            }
            if (ended != null) {
                throw ended;
            }
            long number = sent + 1;
            ByteBuffer frame = new Frame(type, 0, stream, number, payload.apply(number)).encode();
            before.accept(number);
            sent = number;
            unacknowledged.put(number, frame);
            changed.signalAll();
            return number;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "The wait for the agent in the microVM was interrupted.", e);
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            waiting = requests.remove(result.id());
        } finally {
            lock.unlock();
        }
        if (waiting != null) {
            waiting.complete(result);
        }
    }

    /** One connection. */
    private final class Connection {

        private final ByteChannel channel;
        private final boolean fresh;
        private final long nonce = RANDOM.nextLong() | 1;
        private final FrameDecoder decoder = new FrameDecoder();
        private long taken;
        private long acknowledged;
        private long acknowledge = -1;
        private long written = -1;
        private volatile IOException failure;

        Connection(ByteChannel channel, long taken, boolean fresh) {
            this.channel = channel;
            this.taken = taken;
            this.acknowledged = taken;
            this.fresh = fresh;
        }

        void drop() {
            try {
                channel.close();
            } catch (IOException e) {
                failure = e; // As good as closed: whoever reads or writes it finds out.
            }
        }

        // --- reading ---

        void read() throws IOException {
            Frame first = decoder.welcome(nonce);
            while (first == null) {
                feed();
                first = decoder.welcome(nonce);
            }
            Welcome said = Answers.welcome(first.payload());
            welcomed(said);
            host.connected(said);
            while (true) {
                for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
                    take(frame);
                }
                if (taken > acknowledged) {
                    host.flush(taken);
                    acknowledge();
                }
                feed();
            }
        }

        private void feed() throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (!decoder.feed(channel)) {
                throw new IOException("The guest's end of the link is closed");
            }
        }

        private void welcomed(Welcome said) throws LinkException {
            lock.lock();
            try {
                if (said.sent() < taken) {
                    throw new LinkException("The guest sent " + said.sent() + " frames, but " + taken + " were taken: it is another boot");
                }
                if (welcome == null) {
                    sent = said.taken();
                } else if (!said.boot().equals(welcome.boot()) || said.taken() > sent) {
                    throw new LinkException("The guest took " + said.taken() + " frames of " + sent + ": it is another boot");
                }
                unacknowledged.headMap(said.taken(), true).clear();
                written = said.taken();
                welcome = said;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        private void take(Frame frame) throws IOException {
            if (frame.numbered()) {
                if (frame.number() <= taken) {
                    return;
                }
                if (frame.number() != taken + 1) {
                    throw new LinkException("Frame " + frame.number() + " came after frame " + taken);
                }
            }
            switch (frame.type()) {
                case Frame.ACK -> acknowledged(Answers.number(frame.payload(), 8));
                case Frame.DATA -> host.data(frame.stream(), frame.number(), frame.payload());
                case Frame.END -> host.end(frame.stream(), frame.number());
                case Frame.CREDIT -> host.credit(frame.stream(), frame.number(), Answers.number(frame.payload(), 4));
                case Frame.RESULT -> answered(Answers.result(frame.payload()));
                case Frame.EXIT -> host.exit(frame.number(), Answers.exit(frame.payload()));
                case Frame.NOTE -> host.note(Answers.note(frame.payload()));
                default -> {
                    if ((frame.flags() & Frame.MUST_UNDERSTAND) != 0) {
                        throw new LinkException("A frame of type " + frame.type() + " must be understood and is not");
                    }
                }
            }
            if (frame.numbered()) {
                taken = frame.number();
            }
        }

        private void acknowledged(long number) throws LinkException {
            lock.lock();
            try {
                if (number > sent) {
                    throw new LinkException("The guest acknowledged frame " + number + " of " + sent);
                }
                unacknowledged.headMap(number, true).clear();
            } finally {
                lock.unlock();
            }
        }

        private void acknowledge() {
            lock.lock();
            try {
                acknowledged = taken;
                acknowledge = taken;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        // --- writing: apart from reading, so that a guest that does not read cannot keep us from reading ---

        void write() {
            try {
                if (!fresh) {
                    all(ByteBuffer.allocate(PADDING));
                }
                all(hello());
                for (ByteBuffer next = take(); next != null; next = take()) {
                    all(next);
                }
            } catch (IOException | InterruptedException e) {
                drop();
            }
        }

        private void all(ByteBuffer octets) throws IOException {
            while (octets.hasRemaining()) {
                channel.write(octets);
            }
        }

        private ByteBuffer hello() {
            long now = System.currentTimeMillis() * 1_000_000;
            return new Frame(Frame.HELLO, 0, 0, 0,
                new Payload().u64(FrameDecoder.MAGIC).u64(nonce).u16(GENERATION).u64(taken).u64(now).toBuffer()).encode();
        }

        private ByteBuffer take() throws InterruptedException {
            lock.lockInterruptibly();
            try {
                while (connection == this) {
                    if (acknowledge >= 0) {
                        ByteBuffer ack = new Frame(Frame.ACK, 0, 0, 0, new Payload().u64(acknowledge).toBuffer()).encode();
                        acknowledge = -1;
                        return ack;
                    }
                    Map.Entry<Long, ByteBuffer> next = written < 0 ? null : unacknowledged.higherEntry(written);
                    if (next != null) {
                        written = next.getKey();
                        return next.getValue().duplicate();
                    }
                    changed.await();
                }
                return null;
            } finally {
                lock.unlock();
            }
        }
    }
}
