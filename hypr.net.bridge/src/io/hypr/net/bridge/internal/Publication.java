package io.hypr.net.bridge.internal;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.ServiceBalancer.Backend;
import io.hypr.net.ServiceBalancer.PublishedPort;

/**
 * A published port, checked.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param address of the host
 * @param port of the host
 * @param container its owner
 * @param backends where the traffic goes
 */
record Publication(String protocol, InetAddress address, int port, String container, List<Target> backends) {

    /** A port of a container. */
    record Target(InetAddress address, int port) {
    }

    /** @throws HyprException INVALID */
    static Publication of(PublishedPort p) {
        if (!p.protocol().equals("tcp") && !p.protocol().equals("udp")) {
            throw new HyprException(ErrorCode.INVALID, "Port " + p.port() + " cannot be published for protocol '" + p.protocol() + "'.")
                    .remedy("Use tcp or udp.");
        }
        if (p.backends().isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "Port " + p.port() + "/" + p.protocol() + " leads nowhere: it has no backend.");
        }
        try {
            List<Target> targets = new ArrayList<>();
            for (Backend b : p.backends()) {
                if (b.port() < 1 || b.port() > 65535) {
                    throw new IllegalArgumentException("a port is between 1 and 65535, not " + b.port());
                }
                targets.add(new Target(Cidr.address(b.address()), b.port()));
            }
            return new Publication(p.protocol(), Cidr.address(p.address()), p.port(), p.container(), List.copyOf(targets));
        } catch (IllegalArgumentException e) {
            throw new HyprException(ErrorCode.INVALID, "Port " + p.port() + "/" + p.protocol() + " cannot be published: " + e.getMessage() + ".");
        }
    }

    boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    boolean isAny() {
        return address.isAnyLocalAddress();
    }

    /** @return the backends that the kernel can translate the host's address to */
    List<Target> sameFamily() {
        return backends.stream().filter(b -> b.address() instanceof Inet6Address == isIpv6()).toList();
    }

    /** @return whether the kernel leads it; ::1 never leaves the loopback device, and addresses are not translated between families */
    boolean isTranslated() {
        return !sameFamily().isEmpty() && !(isIpv6() && address.isLoopbackAddress());
    }

    /** @return whether the two cannot both be held */
    boolean collides(Publication other) {
        return protocol.equals(other.protocol) && port == other.port && isIpv6() == other.isIpv6()
                && (isAny() || other.isAny() || address.equals(other.address));
    }

    /** @return such as {@code 8080/tcp on 0.0.0.0} */
    @Override
    public String toString() {
        return port + "/" + protocol + " on " + address.getHostAddress();
    }
}
