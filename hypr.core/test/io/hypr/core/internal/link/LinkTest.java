package io.hypr.core.internal.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.core.internal.link.Answers.Exit;
import io.hypr.core.internal.link.Answers.Welcome;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** A new engine's link to a guest that spoke to another one before. */
@Timeout(30)
class LinkTest {

    /** What the guest says, as it comes. */
    private static final class Heard implements Host {
        final BlockingQueue<String> data = new LinkedBlockingQueue<>();
        private long taken;
        private volatile HyprException refusal;

        @Override
        public synchronized long taken() {
            return taken;
        }

        @Override
        public void connected(Welcome welcome) {
            assertEquals(1, welcome.generation());
        }

        @Override
        public synchronized void data(int stream, long number, ByteBuffer octets) {
            if (refusal != null) {
                throw refusal;
            }
            taken = number;
            data.add(StandardCharsets.UTF_8.decode(octets).toString());
        }

        @Override
        public void end(int stream, long number) {
            throw new IllegalStateException("No stream ends");
        }

        @Override
        public void credit(int stream, long number, long octets) {
            throw new IllegalStateException("No stream has credit");
        }

        @Override
        public void exit(long number, Exit exit) {
            throw new IllegalStateException("No process ends");
        }

        @Override
        public void note(String sentence) {
            throw new IllegalStateException(sentence);
        }

        @Override
        public void flush(long number) {
            assertEquals(taken(), number);
        }
    }

    @TempDir
    Path base;
    private final Heard heard = new Heard();
    private final Link link = new Link(heard);
    private final FrameDecoder decoder = new FrameDecoder();
    private SocketChannel guest;
    private Thread serving;
    private volatile Exception served;

    @BeforeEach
    void connect() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(base.resolve("link")));
            guest = SocketChannel.open(UnixDomainSocketAddress.of(base.resolve("link")));
            SocketChannel host = server.accept();
            serving = Thread.ofVirtual().start(() -> served = assertThrows(Exception.class, () -> link.serve(host, false)));
        }
    }

    @AfterEach
    void close() throws Exception {
        link.end(new HyprException(ErrorCode.GONE, "The test is over."));
        serving.join();
        guest.close();
    }

    /** @return the nonce of the next HELLO */
    private long hello(long taken) throws IOException {
        while (true) {
            for (Frame f = decoder.next(); f != null; f = decoder.next()) {
                if (f.type() == Frame.HELLO) {
                    ByteBuffer p = f.payload();
                    assertEquals(FrameDecoder.MAGIC, p.getLong(0));
                    assertEquals(taken, p.getLong(18));
                    return p.getLong(8);
                }
            }
            assertTrue(decoder.feed(guest), "the host hung up");
        }
    }

    private void say(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            guest.write(octets);
        }
    }

    private void welcome(long nonce, long sent) throws IOException {
        say(new Frame(Frame.WELCOME, 0, 0, 0, new Payload().u64(FrameDecoder.MAGIC).u64(nonce).u16(1).u64(0).u64(sent).raw(new byte[16])
                .u64(1).u64(0).toBuffer()).encode());
    }

    private static ByteBuffer data(long number) {
        return new Frame(Frame.DATA, 0, 2, number, ByteBuffer.wrap(("line " + number).getBytes(StandardCharsets.UTF_8))).encode();
    }

    private String next() throws InterruptedException {
        return heard.data.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void whoWaitsForAGuestThatIsNoMoreNeedNotWaitToTheEnd() {
        HyprException panicked = new HyprException(ErrorCode.INTERNAL, "The guest's kernel panicked.");
        assertSame(panicked, assertThrows(HyprException.class, () -> link.awaitWelcome(Duration.ofHours(1), () -> {
            throw panicked;
        })));
        List<String> looks = new ArrayList<>();
        HyprException late = assertThrows(HyprException.class, () -> link.awaitWelcome(Duration.ofMillis(10), () -> looks.add("look")));
        assertEquals(ErrorCode.TIMEOUT, late.code());
        assertEquals(List.of("look"), looks);
    }

    @Test
    void aWelcomeEndsTheWaitAtOnce() throws Exception {
        welcome(hello(0), 0);
        assertEquals(1, link.awaitWelcome(Duration.ofHours(1), () -> {
        }).generation());
    }

    @Test
    void whatCameBeforeTheAnswerIsNotTaken() throws Exception {
        long nonce = hello(0);
        say(data(1).limit(20)); // The tail of what was meant for the engine before.
        welcome(nonce ^ 2, 9);
        welcome(nonce, 2);
        say(data(1));
        say(data(2));
        assertEquals("line 1", next());
        assertEquals("line 2", next());
        assertEquals(0, heard.data.size());
    }

    /** @return the number of the next frame that is acknowledged */
    private long acknowledged() throws IOException {
        while (true) {
            for (Frame f = decoder.next(); f != null; f = decoder.next()) {
                if (f.type() == Frame.ACK) {
                    return f.payload().getLong(0);
                }
            }
            assertTrue(decoder.feed(guest), "the host hung up");
        }
    }

    @Test
    void aFlowIsAcknowledgedInLargePieces() throws Exception {
        int pieces = 80;
        byte[] piece = "x".repeat(32 << 10).getBytes(StandardCharsets.UTF_8);
        welcome(hello(0), pieces + 2);
        long last = 0;
        int acknowledgements = 0;
        for (int number = 1; number <= pieces; number++) {
            say(new Frame(Frame.DATA, 0, 2, number, ByteBuffer.wrap(piece)).encode());
            assertEquals(piece.length, next().length());
            if (number - last == 4) {
                last = acknowledged();
                assertEquals(number, last);
                acknowledgements++;
            }
        }
        assertEquals(pieces / 4, acknowledgements);
        say(new Frame(Frame.DATA, 0, 2, pieces + 1, ByteBuffer.wrap(piece)).encode());
        say(data(pieces + 2)); // What is short waits for nothing, and takes with it what came before.
        assertEquals(piece.length, next().length());
        assertEquals("line " + (pieces + 2), next());
        assertEquals(pieces + 2, acknowledged());
    }

    private void sayMuch() throws Exception {
        welcome(hello(0), 41);
        for (int number = 1; number <= 40; number++) {
            say(new Frame(Frame.DATA, 0, 2, number, ByteBuffer.allocate(64 << 10)).encode());
            next();
        }
    }

    @Test
    void endsWithTheConnectionAlsoAfterMuch() throws Exception {
        sayMuch();
        guest.close();
        serving.join();
        assertInstanceOf(IOException.class, served);
    }

    @Test
    void failsWithWhatItsHostSaysAlsoAfterMuch() throws Exception {
        sayMuch();
        heard.refusal = new HyprException(ErrorCode.GONE, "The backend has left.");
        say(data(41));
        serving.join();
        assertSame(heard.refusal, served);
    }
}
