package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;

/**
 * One thread with one buffer for all relayed datagrams, so that a range of a thousand ports costs no more than their sockets. It is there
 * while there are sockets.
 */
final class UdpLoop {

    /** Something that is called when its socket has datagrams, and from time to time. Both by the loop's thread, which it must not hold up. */
    interface Handler {
        /** @param buffer to read into */
        void ready(ByteBuffer buffer);

        /** Time has passed. */
        void tick();
    }

    private static final int LARGEST = 65_535;
    private static final long TICK_MILLISECONDS = 10_000;

    private Selector selector;
    private long rounds;

    /** Serves a socket until it is closed. */
    synchronized void add(DatagramChannel socket, Handler handler) throws IOException {
        socket.configureBlocking(false);
        if (selector == null) {
            Selector fresh = Selector.open();
            selector = fresh;
            Thread.ofPlatform().daemon().name("relay of datagrams").start(() -> run(fresh));
        }
        socket.register(selector, SelectionKey.OP_READ, handler);
        selector.wakeup();
    }

    /** Closes a socket; when this returns, its port is free. Must not be called by a handler. */
    void close(DatagramChannel socket) {
        closeQuietly(socket);
        boolean interrupted = false;
        synchronized (this) {
            // A socket that a selector knows is closed by the next selection only; the one under way may have begun before.
            for (long done = rounds + 2; selector != null && rounds < done;) {
                selector.wakeup();
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static void closeQuietly(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone in any case.
            return;
        }
    }

    private void run(Selector mine) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(LARGEST);
        long ticked = System.nanoTime();
        try (mine) {
            while (turned(mine)) {
                mine.select(TICK_MILLISECONDS);
                List<SelectionKey> ready = new ArrayList<>(mine.selectedKeys());
                mine.selectedKeys().clear();
                ready.forEach(key -> ((Handler) key.attachment()).ready(buffer));
                if (System.nanoTime() - ticked > TICK_MILLISECONDS * 1_000_000) {
                    ticked = System.nanoTime();
                    List.copyOf(mine.keys()).forEach(key -> ((Handler) key.attachment()).tick());
                }
            }
        } catch (IOException | CancelledKeyException e) {
            throw new IllegalStateException("Datagrams cannot be waited for", e);
        } finally {
            end(mine);
        }
    }

    /** @return whether there are sockets still */
    private synchronized boolean turned(Selector mine) throws IOException {
        mine.selectNow();
        rounds++;
        notifyAll();
        if (mine.keys().isEmpty()) {
            selector = null;
            return false;
        }
        return true;
    }

    private synchronized void end(Selector mine) {
        if (selector == mine) {
            selector = null;
        }
        notifyAll();
    }
}
