package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a TCP port and relays the few connections that the kernel does not lead: those to ::1, those from IPv6 to a container without IPv6, and all of them
 * while another program has emptied the host's rules. A socket that only listened would let such connections hang.
 */
final class TcpHold extends Hold {

    private static final long PAUSE_NANOSECONDS = 100_000_000;
    private static final int BUFFER = 64 * 1024;
    /** How long a server has to begin to listen after its port was published, and the pause between two tries. */
    private static final Duration BEGINNING = Duration.ofSeconds(2);
    private static final long TRY_NANOSECONDS = 5_000_000;

    private final ServerSocketChannel server;
    private final Thread acceptor;
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger turn = new AtomicInteger();

    TcpHold(Key key) throws IOException {
        super(key);
        server = ServerSocketChannel.open(key.address() instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            server.bind(new InetSocketAddress(key.address(), key.port()));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        acceptor = Thread.ofVirtual().name("port " + key).start(this::accept);
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().name("relay of port " + key()).start(() -> relay(client));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                // The client gave up before it was accepted, or there are no descriptors left: those may come back.
                LockSupport.parkNanos(PAUSE_NANOSECONDS);
            }
        }
    }

    private void relay(SocketChannel client) {
        try (client) {
            List<Publication.Target> backends = backends(((InetSocketAddress) client.getLocalAddress()).getAddress());
            if (backends.isEmpty()) {
                return;
            }
            Publication.Target backend = backends.get(Math.floorMod(turn.getAndIncrement(), backends.size()));
            open.add(client);
            try (SocketChannel container = connect(new InetSocketAddress(backend.address(), backend.port()))) {
                Thread answer = Thread.ofVirtual().start(() -> copy(container, client));
                copy(client, container);
                answer.join();
            } finally {
                open.removeIf(c -> !c.isOpen() || c == client);
            }
        } catch (IOException e) {
            // Either side left, or the container refuses: the client sees its connection closed, which says as much.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Connects to a container, which may refuse at first: its command has just begun, and under emulation a server takes a while until it listens. Who runs a
     * container and then asks it, as scripts do, gets the answer instead of a reset.
     */
    private SocketChannel connect(InetSocketAddress address) throws IOException {
        while (true) {
            SocketChannel container = SocketChannel.open();
            open.add(container);
            try {
                if (!server.isOpen()) {
                    throw new ClosedChannelException(); // Closed before this one was in the set.
                }
                container.connect(address);
                return container;
            } catch (IOException e) {
                open.remove(container);
                closeQuietly(container);
                if (!(e instanceof ConnectException) || led().compareTo(BEGINNING) > 0) {
                    throw e;
                }
            }
            LockSupport.parkNanos(TRY_NANOSECONDS);
        }
    }

    /** Copies one direction to its end, and hands the end on: the other direction may go on. */
    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        try {
            while (from.read(buffer) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
                buffer.clear();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    @Override
    public void close() {
        closeQuietly(server);
        // Only when the accepting thread has left is the descriptor closed, and the port free.
        boolean interrupted = Thread.interrupted();
        while (acceptor.isAlive()) {
            try {
                acceptor.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        open.forEach(TcpHold::closeQuietly);
    }

    private static void closeQuietly(Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone in any case.
            return;
        }
    }
}
