package io.hypr.vmm.host;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who holds the link of a microVM. There is one connection at a time, and others wait, so whoever takes the link over must be able to have
 * the other one closed, be it another session, another version of the bundle or another process: the holder listens on a socket for that.
 */
public final class LinkHold implements AutoCloseable {

    private final ServerSocketChannel asked;

    private LinkHold(ServerSocketChannel asked) {
        this.asked = asked;
    }

    /**
     * Has the present holder let go, and becomes the next one.
     *
     * @param socket where a holder listens
     * @param link to close when somebody else takes it over
     * @return the hold; closing it does not close the link
     * @throws IOException if the socket cannot be made
     */
    public static LinkHold take(Path socket, Closeable link) throws IOException {
        askHolder(socket);
        Files.deleteIfExists(socket);
        ServerSocketChannel asked = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            asked.bind(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            asked.close();
            throw e;
        }
        Thread.ofVirtual().name("link " + socket).start(() -> awaitSuccessor(asked, link));
        return new LinkHold(asked);
    }

    /** Returns when the link is closed, or when there is no holder any more. */
    private static void askHolder(Path socket) {
        try (SocketChannel holder = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            holder.read(ByteBuffer.allocate(1));
        } catch (IOException e) {
            return; // Nobody holds it.
        }
    }

    private static void awaitSuccessor(ServerSocketChannel asked, Closeable link) {
        try (asked) {
            SocketChannel successor = asked.accept();
            link.close();
            successor.close();
        } catch (IOException e) {
            return; // The hold was given up.
        }
    }

    @Override
    public void close() throws IOException {
        asked.close();
    }
}
