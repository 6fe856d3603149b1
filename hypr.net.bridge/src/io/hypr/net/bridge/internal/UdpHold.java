package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Holds a UDP port and relays the datagrams that the kernel does not lead, those that {@link TcpHold} relays connections for. Each client
 * has a socket of its own to the container, so that answers find their way; it is forgotten when nothing has passed for a while.
 */
final class UdpHold extends Hold implements UdpLoop.Handler {

    /** How long a client is remembered, as Docker's proxy has it. */
    private static final long IDLE_NANOSECONDS = 90_000_000_000L;
    /** Clients at once. Whoever comes beyond that is not heard: UDP promises nothing. */
    private static final int MOST = 1024;
    private static final UdpLoop LOOP = new UdpLoop();

    private final DatagramChannel socket;
    private final Map<InetSocketAddress, Flow> flows = new ConcurrentHashMap<>();
    private int turn;

    UdpHold(Key key) throws IOException {
        super(key);
        socket = DatagramChannel.open(key.address() instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            socket.bind(new InetSocketAddress(key.address(), key.port()));
            LOOP.add(socket, this);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void ready(ByteBuffer buffer) {
        try {
            InetSocketAddress client = (InetSocketAddress) socket.receive(buffer.clear());
            if (client != null) {
                pass(client, buffer.flip());
            }
        } catch (IOException e) {
            return; // Closed, or there are no descriptors left for one more client: the datagram is lost, as UDP may.
        }
    }

    private void pass(InetSocketAddress client, ByteBuffer datagram) throws IOException {
        Flow flow = flows.get(client);
        if (flow == null) {
            List<Publication.Target> backends = backends(client.getAddress());
            if (backends.isEmpty() || flows.size() >= MOST) {
                return;
            }
            flow = new Flow(client, backends.get(Math.floorMod(turn++, backends.size())));
            flows.put(client, flow);
        }
        flow.send(datagram);
    }

    @Override
    public void tick() {
        long now = System.nanoTime();
        flows.values().stream().filter(flow -> now - flow.used > IDLE_NANOSECONDS).forEach(Flow::end);
    }

    @Override
    void lead(List<Publication> to) {
        super.lead(to);
        flows.values().stream().filter(flow -> !backends(flow.client.getAddress()).contains(flow.backend)).forEach(Flow::end);
    }

    /** One client. */
    private final class Flow implements UdpLoop.Handler {

        private final InetSocketAddress client;
        private final Publication.Target backend;
        private final DatagramChannel container;
        private volatile long used = System.nanoTime();

        Flow(InetSocketAddress client, Publication.Target backend) throws IOException {
            this.client = client;
            this.backend = backend;
            this.container = DatagramChannel.open();
            try {
                container.connect(new InetSocketAddress(backend.address(), backend.port()));
                LOOP.add(container, this);
            } catch (IOException e) {
                container.close();
                throw e;
            }
        }

        void send(ByteBuffer datagram) {
            used = System.nanoTime();
            try {
                container.write(datagram);
            } catch (IOException e) {
                end(); // The container refused an earlier one: the next one is tried anew.
            }
        }

        @Override
        public void ready(ByteBuffer buffer) {
            try {
                if (container.read(buffer.clear()) >= 0) {
                    used = System.nanoTime();
                    socket.send(buffer.flip(), client);
                }
            } catch (IOException e) {
                end(); // The container refuses, or the client is not to be reached: there is nobody to tell.
            }
        }

        @Override
        public void tick() {
            // Its port looks after it.
        }

        void end() {
            flows.remove(client, this);
            UdpLoop.closeQuietly(container);
        }
    }

    @Override
    public void close() {
        LOOP.close(socket);
        flows.values().forEach(Flow::end);
    }
}
