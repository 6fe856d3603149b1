package io.hypr.net.bridge.internal;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * A subnet.
 *
 * @param network its first address
 * @param prefix length of the prefix in bits
 */
record Cidr(InetAddress network, int prefix) {

    /**
     * @param text such as {@code 172.30.0.0/16}
     * @throws IllegalArgumentException if it is none, or if bits are set behind the prefix
     */
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("a subnet is written like 172.30.0.0/16, not '" + text + "'");
        }
        InetAddress network = address(text.substring(0, slash));
        String length = text.substring(slash + 1);
        if (!length.matches("\\d{1,3}") || Integer.parseInt(length) > bits(network)) {
            throw new IllegalArgumentException("the prefix of '" + text + "' is not between 0 and " + bits(network));
        }
        Cidr cidr = new Cidr(network, Integer.parseInt(length));
        if (!new BigInteger(1, network.getAddress()).equals(cidr.masked(network))) {
            throw new IllegalArgumentException("'" + text + "' has bits set behind its prefix");
        }
        return cidr;
    }

    /**
     * @param text an address, never a name that would have to be resolved
     * @throws IllegalArgumentException if it is none
     */
    static InetAddress address(String text) {
        // Java would also take 127.1 and 0x7f000001, and addresses with the index of an interface.
        if (!text.matches("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            throw new IllegalArgumentException("'" + text + "' is no IP address");
        }
        return InetAddress.ofLiteral(text);
    }

    boolean isIpv4() {
        return network instanceof Inet4Address;
    }

    boolean contains(InetAddress address) {
        return address.getAddress().length == network.getAddress().length && masked(address).equals(masked(network));
    }

    boolean overlaps(Cidr other) {
        return contains(other.network) || other.contains(network);
    }

    private BigInteger masked(InetAddress address) {
        int host = bits(network) - prefix;
        return new BigInteger(1, address.getAddress()).shiftRight(host).shiftLeft(host);
    }

    private static int bits(InetAddress address) {
        return address.getAddress().length * 8;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
