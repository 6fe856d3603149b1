package io.hypr.krun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets the link. */
class LinkListenerTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private LinkListener open() throws IOException {
        return LinkListener.open(directory.resolve("link"), () -> {
            assertTrue(Files.exists(directory.resolve("link")), "the socket is there when it is given away");
        });
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("link")));
    }

    @Test
    void aGuestThatCameBeforeIsTaken() throws IOException {
        try (LinkListener listener = open(); SocketChannel guest = connect()) {
            guest.write(ByteBuffer.wrap(new byte[] { 42 }));
            try (SocketChannel link = listener.accept(LONG, () -> true).orElseThrow()) {
                ByteBuffer octet = ByteBuffer.allocate(1);
                assertEquals(1, link.read(octet), "the link is a blocking channel");
                assertEquals(42, octet.get(0));
            }
        }
    }

    @Test
    void ofSeveralConnectionsTheNewestIsTheLink() throws IOException {
        try (LinkListener listener = open(); SocketChannel first = connect(); SocketChannel second = connect();
                SocketChannel link = listener.accept(LONG, () -> true).orElseThrow()) {
            assertEquals(-1, first.read(ByteBuffer.allocate(1)), "the older one is closed");
            second.write(ByteBuffer.wrap(new byte[] { 7 }));
            assertEquals(1, link.read(ByteBuffer.allocate(1)));
        }
    }

    @Test
    void nobodyIsWaitedForWhenTheGuestHasEndedOrTimeIsUp() throws IOException {
        try (LinkListener listener = open()) {
            assertFalse(listener.accept(LONG, () -> false).isPresent());
            assertFalse(listener.accept(Duration.ofMillis(20), () -> true).isPresent());
        }
    }

    @Test
    void whoBindsTheSocketAgainGetsTheNextConnection() throws IOException {
        try (LinkListener old = open(); LinkListener successor = open(); SocketChannel guest = connect()) {
            assertTrue(guest.isConnected());
            assertTrue(successor.accept(LONG, () -> true).isPresent());
            assertFalse(old.accept(Duration.ofMillis(20), () -> true).isPresent());
        }
    }
}
