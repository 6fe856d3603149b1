package io.hypr.ffm.net;

import java.net.InetAddress;

/**
 * An address of a network device.
 *
 * @param link index of the device
 * @param address IPv4 or IPv6
 * @param prefix length of its subnet's prefix in bits
 */
public record LinkAddress(int link, InetAddress address, int prefix) {
}
