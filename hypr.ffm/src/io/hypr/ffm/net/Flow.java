package io.hypr.ffm.net;

import java.net.InetAddress;

/**
 * A connection that the kernel tracks.
 *
 * @param destination where its first packet was sent to
 * @param destinationPort the port there
 * @param answerer who answers; another than the destination if that was translated
 * @param answererPort the port there
 * @param family 2 = IPv4, 10 = IPv6
 * @param original the direction of the first packet as the kernel describes it
 */
public record Flow(InetAddress destination, int destinationPort, InetAddress answerer, int answererPort, int family, byte[] original) {
}
