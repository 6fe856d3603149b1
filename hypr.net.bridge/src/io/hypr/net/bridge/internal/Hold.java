package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * A port of the host that a socket of ours holds, so that no other program can take it and that taking it fails here if one has. What the kernel does not
 * translate arrives at that socket and is relayed.
 */
abstract class Hold implements AutoCloseable {

    /**
     * What is held.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @param address to bind; {@code ::} stands for all IPv4 addresses too
     * @param port to bind
     */
    record Key(String protocol, InetAddress address, int port) {

        boolean isSamePort(Key other) {
            return protocol.equals(other.protocol) && port == other.port;
        }

        @Override
        public String toString() {
            return port + "/" + protocol + " on " + address.getHostAddress();
        }
    }

    private final Key key;
    private volatile List<Publication> publications = List.of();
    private volatile long ledSince = System.nanoTime();

    Hold(Key key) {
        this.key = key;
    }

    /**
     * Sorts publications by the socket that holds them. 0.0.0.0 and :: of one port share one, since Java's sockets for :: take IPv4 in as well.
     *
     * @param ipv6 whether the host speaks it; without it what is published on an IPv6 address has no socket, as nobody can reach it
     */
    static Map<Key, List<Publication>> plan(List<Publication> publications, boolean ipv6) {
        Map<Key, List<Publication>> plan = new LinkedHashMap<>();
        List<Key> wide = new ArrayList<>();
        for (Publication p : publications) {
            if (p.isAny() && p.isIpv6() && ipv6) {
                wide.add(new Key(p.protocol(), p.address(), p.port()));
            }
        }
        for (Publication p : publications) {
            if (ipv6 || !p.isIpv6()) {
                Key own = new Key(p.protocol(), p.address(), p.port());
                Key key = p.isAny() ? wide.stream().filter(own::isSamePort).findFirst().orElse(own) : own;
                plan.computeIfAbsent(key, k -> new ArrayList<>()).add(p);
            }
        }
        return plan;
    }

    /**
     * Takes a port.
     *
     * @throws HyprException IN_USE if a program has it, INVALID if the address is not the host's
     */
    static Hold open(Key key) {
        try {
            if (!isLocal(key.address())) {
                throw new HyprException(ErrorCode.INVALID,
                        "Port " + key.port() + "/" + key.protocol() + " cannot be published on " + key.address().getHostAddress()
                        + ": this host does not have that address.").remedy("Use an address of this host, or 0.0.0.0 for all.");
            }
            return key.protocol().equals("tcp") ? new TcpHold(key) : new UdpHold(key);
        } catch (BindException e) {
            String owner = PortOwners.find(key.protocol(), key.address(), key.port()).orElse("another program");
            throw new HyprException(ErrorCode.IN_USE, "Port " + key + " is used by " + owner + ".", e)
                    .remedy("Publish another port of the host, or stop that program.");
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "Port " + key + " cannot be held.", e);
        }
    }

    private static boolean isLocal(InetAddress address) throws IOException {
        return address.isAnyLocalAddress() || address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    }

    Key key() {
        return key;
    }

    /** Says where what arrives at the socket goes from now on. */
    void lead(List<Publication> to) {
        if (!publications.equals(to)) {
            ledSince = System.nanoTime();
            publications = List.copyOf(to);
        }
    }

    /** @return how long the socket has led where it leads now */
    Duration led() {
        return Duration.ofNanos(System.nanoTime() - ledSince);
    }

    /** @return the backends for what arrived at an address of the host; none if nothing is published on addresses of that kind */
    List<Publication.Target> backends(InetAddress local) {
        return publications.stream().filter(p -> p.isIpv6() == local instanceof Inet6Address).findFirst().map(Publication::backends).orElse(List.of());
    }

    /** Frees the port and ends what is relayed through it. */
    @Override
    public abstract void close();
}
