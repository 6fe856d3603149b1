package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * A guest's connection that was looked into before it was taken. Kestrel gives a host that is slow a tenth of a second and tries again, so
 * connections that wait may have ended already. Reading is for one thread at a time.
 */
final class LinkChannel implements ByteChannel {

    private static final int FIRST_OCTETS = 4096;

    private final SocketChannel channel;
    private final ByteBuffer first;

    private LinkChannel(SocketChannel channel, ByteBuffer first) {
        this.channel = channel;
        this.first = first;
    }

    /**
     * Takes a connection over, unless the guest has left it.
     *
     * @param channel that was accepted; closed if the guest has left it
     * @return the connection, blocking; empty if it has ended
     * @throws IOException if it cannot be looked into
     */
    static Optional<LinkChannel> of(SocketChannel channel) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(FIRST_OCTETS);
        channel.configureBlocking(false);
        if (ended(channel, first)) {
            channel.close();
            return Optional.empty();
        }
        channel.configureBlocking(true);
        return Optional.of(new LinkChannel(channel, first.flip()));
    }

    private static boolean ended(SocketChannel channel, ByteBuffer first) {
        try {
            return channel.read(first) < 0;
        } catch (IOException e) {
            return true; // A connection that was reset has ended as well.
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!first.hasRemaining() || !channel.isOpen()) {
            return channel.read(target);
        }
        int count = Math.min(first.remaining(), target.remaining());
        target.put(first.slice(first.position(), count));
        first.position(first.position() + count);
        return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return channel.write(source);
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
