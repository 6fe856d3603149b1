package io.hypr.krun;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The socket to which {@code hypr-krun} connects when the guest opens the link. Whoever has bound it last has the link; a guest that finds nobody there tries
 * again every 100 ms. Not safe for use by several threads.
 */
final class LinkListener implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(500);

    private final ServerSocketChannel server;
    private final Path socket;

    private LinkListener(ServerSocketChannel server, Path socket) {
        this.server = server;
        this.socket = socket;
    }

    /** What remains to be done with a socket that was bound. */
    interface Admission {
        void admit() throws IOException;
    }

    static LinkListener open(Path socket, Admission admission) throws IOException {
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket), 4);
            admission.admit();
            server.configureBlocking(false);
            return new LinkListener(server, socket);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /**
     * Waits for the guest. An interrupt ends the wait.
     *
     * @param limit how long
     * @param alive whether there is a guest to wait for
     * @return the newest connection; empty if none came
     */
    Optional<SocketChannel> accept(Duration limit, BooleanSupplier alive) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        try (Selector selector = Selector.open()) {
            server.register(selector, SelectionKey.OP_ACCEPT);
            for (long left = limit.toNanos(); left > 0 && alive.getAsBoolean() && !Thread.currentThread().isInterrupted(); left = end - System.nanoTime()) {
                selector.select(Math.max(1, Math.min(LOOK.toMillis(), left / 1_000_000)));
                SocketChannel channel = newest();
                if (channel != null) {
                    return Optional.of(channel);
                }
            }
            return Optional.empty();
        }
    }

    /** A guest that gave a connection up and made another left both here. */
    private SocketChannel newest() throws IOException {
        SocketChannel newest = null;
        for (SocketChannel next = server.accept(); next != null; next = server.accept()) {
            if (newest != null) {
                newest.close();
            }
            newest = next;
        }
        return newest;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
