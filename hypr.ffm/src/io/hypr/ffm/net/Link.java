package io.hypr.ffm.net;

/**
 * A network device.
 *
 * @param index its number in its namespace, from 1
 * @param name at most 15 bytes
 * @param kind {@code bridge}, {@code tun}, {@code veth}, ...; empty for hardware
 * @param master index of the bridge that it is a port of; 0 = none
 * @param alias free text that the kernel keeps for it, at most 255 bytes
 * @param mac hardware address such as {@code 02:42:ac:1e:00:01}; empty if it has none
 * @param mtu bytes
 * @param up whether it is switched on
 * @param owner for a tap the numeric user that may open it, else -1
 * @param isolated for a port of a bridge whether it reaches the bridge only, and no other isolated port
 */
public record Link(int index, String name, String kind, int master, String alias, String mac, int mtu, boolean up, int owner, boolean isolated) {
}
