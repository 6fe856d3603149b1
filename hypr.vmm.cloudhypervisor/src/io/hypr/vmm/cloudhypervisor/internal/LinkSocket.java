package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.function.BooleanSupplier;

import io.hypr.vmm.host.VmmDirectory;

/**
 * Where the guest's connections to the host arrive: Kestrel connects to port 1024 again and again while it has no link, and Cloud
 * Hypervisor passes that on to a unix socket. Used by one thread at a time; {@link #close} and {@link #wakeUp} by any.
 */
final class LinkSocket implements AutoCloseable {

    private final ServerSocketChannel server;
    private final Selector selector;

    private LinkSocket(ServerSocketChannel server, Selector selector) {
        this.server = server;
        this.selector = selector;
    }

    /**
     * Listens in the place of whoever listened there before.
     *
     * @param run whose link it is
     * @return the socket, to which the guest can connect from now on
     * @throws IOException if it cannot be made
     */
    static LinkSocket listen(VmmDirectory run) throws IOException {
        Path fresh = run.own().resolve("." + Long.toHexString(System.nanoTime()));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(fresh));
            run.give(fresh);
            Files.move(fresh, run.file(Names.LINK), StandardCopyOption.ATOMIC_MOVE);
            server.configureBlocking(false);
            Selector selector = Selector.open();
            server.register(selector, SelectionKey.OP_ACCEPT);
            return new LinkSocket(server, selector);
        } catch (IOException e) {
            server.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    /**
     * Waits for the guest. Of connections that wait already the last that lives is taken: a guest has one link, and has given up the others.
     *
     * @param limit how long
     * @param hopeless whether to give up; asked after each {@link #wakeUp}
     * @return the connection; null if none came
     * @throws IOException if it cannot be waited for
     */
    LinkChannel accept(Duration limit, BooleanSupplier hopeless) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (!hopeless.getAsBoolean() && !Thread.currentThread().isInterrupted()) {
            LinkChannel guest = newest();
            if (guest != null) {
                return guest;
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return null;
            }
            try {
                selector.select(left);
                selector.selectedKeys().clear();
            } catch (ClosedSelectorException e) {
                throw new java.nio.channels.AsynchronousCloseException();
            }
        }
        return null;
    }

    private LinkChannel newest() throws IOException {
        LinkChannel newest = null;
        for (SocketChannel next = server.accept(); next != null; next = server.accept()) {
            LinkChannel living = LinkChannel.of(next).orElse(null);
            if (living != null) {
                if (newest != null) {
                    newest.close();
                }
                newest = living;
            }
        }
        return newest;
    }

    /** Has a waiting {@link #accept} look whether there is still hope. */
    void wakeUp() {
        selector.wakeup();
    }

    /** Refuses the guest from now on. The file stays for the next who listens. */
    @Override
    public void close() throws IOException {
        selector.close();
        server.close();
    }
}
