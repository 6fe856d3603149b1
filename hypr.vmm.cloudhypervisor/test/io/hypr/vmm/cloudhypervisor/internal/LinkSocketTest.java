package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.vmm.host.VmmDirectory;

/** The place where a guest connects, with a guest of the test. */
class LinkSocketTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path directory;
    private VmmDirectory run;

    @BeforeEach
    void make() throws IOException {
        run = new VmmDirectory(directory);
        Files.createDirectory(run.own());
    }

    private SocketChannel guest() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(run.file(Names.LINK)));
    }

    @Test
    void aGuestThatCameEarlyIsTaken() throws IOException {
        try (LinkSocket socket = LinkSocket.listen(run); SocketChannel guest = guest(); LinkChannel link = socket.accept(LONG, () -> false)) {
            guest.write(ByteBuffer.wrap(new byte[] { 7 }));
            assertEquals(1, link.read(ByteBuffer.allocate(8)));
        }
    }

    @Test
    void whoListensLaterGetsTheGuest() throws IOException {
        try (LinkSocket old = LinkSocket.listen(run); LinkSocket successor = LinkSocket.listen(run); SocketChannel guest = guest()) {
            assertNull(old.accept(Duration.ZERO, () -> false));
            assertNotNull(successor.accept(LONG, () -> false));
            assertTrue(guest.isConnected());
            assertEquals(1, Files.list(run.own()).count(), "nothing else is left in the directory");
        }
        assertThrows(IOException.class, this::guest, "nobody listens any more");
        try (LinkSocket next = LinkSocket.listen(run); SocketChannel guest = guest()) {
            assertNotNull(next.accept(LONG, () -> false));
            assertTrue(guest.isConnected());
        }
    }

    @Test
    void connectionsThatTheGuestHasGivenUpAreLeftOut() throws IOException {
        try (LinkSocket socket = LinkSocket.listen(run)) {
            guest().close();
            try (SocketChannel live = guest()) {
                live.write(ByteBuffer.wrap("early words".getBytes(StandardCharsets.US_ASCII)));
                guest().close();
                try (LinkChannel link = socket.accept(LONG, () -> false)) {
                    ByteBuffer read = ByteBuffer.allocate(64);
                    assertEquals(5, link.read(read.slice(0, 5)));
                    assertEquals(6, link.read(read.slice(5, 59)));
                    assertEquals("early words", new String(read.array(), 0, 11, StandardCharsets.US_ASCII));
                    live.write(ByteBuffer.wrap(new byte[3]));
                    assertEquals(3, link.read(read));
                    assertEquals(2, link.write(ByteBuffer.allocate(2)));
                    assertEquals(2, live.read(ByteBuffer.allocate(8)));
                }
            }
            guest().close();
            assertNull(socket.accept(Duration.ZERO, () -> false), "nobody is there");
        }
    }

    @Test
    void aWaitEndsWhenThereIsNoHope() throws Exception {
        AtomicBoolean hopeless = new AtomicBoolean();
        try (LinkSocket socket = LinkSocket.listen(run)) {
            CompletableFuture<LinkChannel> wait = new CompletableFuture<>();
            Thread waiter = Thread.ofPlatform().start(() -> {
                try {
                    wait.complete(socket.accept(Duration.ofHours(1), hopeless::get));
                } catch (IOException e) {
                    wait.completeExceptionally(e);
                }
            });
            hopeless.set(true);
            socket.wakeUp();
            assertNull(wait.get());
            waiter.join();
        }
    }
}
