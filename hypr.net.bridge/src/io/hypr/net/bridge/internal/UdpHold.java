package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;

/** Holds a UDP port. What the kernel does not lead is not relayed: the socket has the smallest buffer and nobody reads it. */
final class UdpHold extends Hold {

    private final DatagramChannel socket;

    UdpHold(Key key) throws IOException {
        super(key);
        socket = DatagramChannel.open(key.address() instanceof Inet6Address ? StandardProtocolFamily.INET6 : StandardProtocolFamily.INET);
        try {
            socket.setOption(StandardSocketOptions.SO_RCVBUF, 1);
            socket.bind(new InetSocketAddress(key.address(), key.port()));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The descriptor is gone in any case.
            return;
        }
    }
}
