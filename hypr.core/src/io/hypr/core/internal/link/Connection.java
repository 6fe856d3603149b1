package io.hypr.core.internal.link;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.Answers.Welcome;

/**
 * One connection of a {@link Link}: greets the guest, then reads and writes frames apart from one another. One thread calls {@link #read}, another
 * {@link #write}.
 */
final class Connection {

    private static final int GENERATION = 1;
    private static final int PADDING = Frame.HEADER + Frame.MAX_PAYLOAD + Frame.TRAILER;
    /** A DATA from this size on is part of a flow: more will come. */
    private static final int FLOW = 16 << 10;
    /** Octets of a flow that are acknowledged together, since each acknowledgement interrupts the guest. */
    private static final int TOGETHER = 128 << 10;
    /** Octets of payloads after which a connection is read by a thread of the system. */
    private static final int MUCH = 1 << 20;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final LinkState state;
    private final Host host;
    private final Consumer<? super Result> answers;
    private final ByteChannel channel;
    private final boolean fresh;
    private final long nonce = RANDOM.nextLong() | 1;
    private final FrameDecoder decoder = new FrameDecoder();
    private long taken;
    private long safe;
    private long acknowledge = -1;
    /** Octets taken and not yet acknowledged; what is not part of a flow counts as {@link #TOGETHER}. */
    private int owed;
    /** Octets of payloads taken. */
    private long octets;
    private long written = -1;
    private volatile IOException failure;

    /**
     * @param state of the link
     * @param host takes what the guest says
     * @param answers takes what the guest answers to requests
     * @param channel is read and written
     * @param fresh whether nobody has ever spoken to this guest
     * @throws IOException if it cannot be found out how far the guest was heard
     */
    Connection(LinkState state, Host host, Consumer<? super Result> answers, ByteChannel channel, boolean fresh) throws IOException {
        this.state = state;
        this.host = host;
        this.answers = answers;
        this.channel = channel;
        this.taken = host.taken();
        this.safe = taken;
        this.fresh = fresh;
    }

    void close() throws IOException {
        channel.close();
    }

    /** Closes it whatever happens; {@link #read} ends. */
    void drop() {
        try {
            channel.close();
        } catch (IOException e) {
            failure = e; // As good as closed: whoever reads or writes it finds out.
        }
    }

    // --- reading ---

    /** Takes what the guest says until the connection breaks. */
    void read() throws IOException {
        Frame first = decoder.welcome(nonce);
        while (first == null) {
            feed();
            first = decoder.welcome(nonce);
        }
        Welcome said = Answers.welcome(first.payload());
        welcomed(said);
        host.connected(said);
        while (octets < MUCH) {
            step();
        }
        readOn();
    }

    /** Takes what has come, and waits for more. */
    private void step() throws IOException {
        for (Frame frame = decoder.next(); frame != null; frame = decoder.next()) {
            take(frame);
        }
        if (taken > safe) {
            host.flush(taken);
            safe = taken;
            if (owed >= TOGETHER) {
                acknowledge();
            }
        }
        feed();
    }

    /** Goes on in a thread of the system, which the kernel wakes directly: a virtual one is woken by way of two others. */
    private void readOn() throws IOException {
        FutureTask<Void> rest = new FutureTask<>(() -> {
            while (true) {
                step();
            }
        });
        Thread.ofPlatform().daemon().name("link with much to say").start(rest);
        try {
            rest.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException broken -> throw broken;
                case RuntimeException failed -> throw failed;
                case Error failed -> throw failed;
                default -> throw new IllegalStateException(e.getCause());
            }
        } catch (InterruptedException e) {
            drop();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("The wait for the end of the link was interrupted");
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
        state.lock.lock();
        try {
            if (said.sent() < taken) {
                throw new LinkException("The guest sent " + said.sent() + " frames, but " + taken + " were taken: it is another boot");
            }
            if (state.welcome == null) {
                state.sent = said.taken();
            } else if (!said.boot().equals(state.welcome.boot()) || said.taken() > state.sent) {
                throw new LinkException("The guest took " + said.taken() + " frames of " + state.sent + ": it is another boot");
            }
            state.unacknowledged.headMap(said.taken(), true).clear();
            written = said.taken();
            state.welcome = said;
            state.changed.signalAll();
        } finally {
            state.lock.unlock();
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
            case Frame.RESULT -> answers.accept(Answers.result(frame.payload()));
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
            int size = frame.payload().limit();
            owed += frame.type() == Frame.DATA && size >= FLOW ? size : TOGETHER;
            octets += size;
        }
    }

    private void acknowledged(long number) throws LinkException {
        state.lock.lock();
        try {
            if (number > state.sent) {
                throw new LinkException("The guest acknowledged frame " + number + " of " + state.sent);
            }
            state.unacknowledged.headMap(number, true).clear();
        } finally {
            state.lock.unlock();
        }
    }

    private void acknowledge() {
        state.lock.lock();
        try {
            acknowledge = taken;
            owed = 0;
            state.changed.signalAll();
        } finally {
            state.lock.unlock();
        }
    }

    // --- writing: apart from reading, so that a guest that does not read cannot keep us from reading ---

    /** Sends what is to be sent until the connection breaks or is not the link's any more. */
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
        state.lock.lockInterruptibly();
        try {
            while (state.connection == this) {
                if (acknowledge >= 0) {
                    ByteBuffer ack = new Frame(Frame.ACK, 0, 0, 0, new Payload().u64(acknowledge).toBuffer()).encode();
                    acknowledge = -1;
                    return ack;
                }
                Map.Entry<Long, ByteBuffer> next = written < 0 ? null : state.unacknowledged.higherEntry(written);
                if (next != null) {
                    written = next.getKey();
                    return next.getValue().duplicate();
                }
                state.changed.await();
            }
            return null;
        } finally {
            state.lock.unlock();
        }
    }
}
