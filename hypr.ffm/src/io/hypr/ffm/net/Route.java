package io.hypr.ffm.net;

import java.net.InetAddress;

/**
 * A route of the main table.
 *
 * @param link index of the device that packets leave by; 0 if there are several
 * @param destination first address of the subnet
 * @param prefix length of the subnet's prefix in bits; 0 = default route
 */
public record Route(int link, InetAddress destination, int prefix) {
}
