package io.hypr.ffm.net;

import static io.hypr.ffm.net.NetlinkMessage.ACK;
import static io.hypr.ffm.net.NetlinkMessage.CREATE;
import static io.hypr.ffm.net.NetlinkMessage.DUMP;
import static io.hypr.ffm.net.NetlinkMessage.EXCLUSIVE;
import static io.hypr.ffm.net.NetlinkMessage.REPLACE;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

import io.hypr.ffm.call.ErrnoException;

/**
 * Network devices and addresses by rtnetlink(7), in the network namespace of the thread that opened it. For one thread at a time.
 *
 * <pre>
 * try (Rtnetlink net = Rtnetlink.open()) {
 *     net.addBridge("br0", "02:00:00:00:00:01");
 *     Link bridge = net.link("br0").orElseThrow();
 *     net.addAddress(bridge.index(), InetAddress.ofLiteral("10.1.0.1"), 16);
 *     net.up(bridge.index());
 * }
 * </pre>
 */
public final class Rtnetlink implements AutoCloseable {

    private static final int RTM_NEWLINK = 16;
    private static final int RTM_DELLINK = 17;
    private static final int RTM_GETLINK = 18;
    private static final int RTM_NEWADDR = 20;
    private static final int RTM_DELADDR = 21;
    private static final int RTM_GETADDR = 22;
    private static final int RTM_GETROUTE = 26;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_IFALIAS = 20;
    private static final int INFO_KIND = 1;
    private static final int INFO_DATA = 2;
    private static final int INFO_SLAVE_KIND = 4;
    private static final int INFO_SLAVE_DATA = 5;
    private static final int BR_STP_STATE = 5;
    private static final int BRPORT_MODE = 4;
    private static final int BRPORT_ISOLATED = 33;
    private static final int TUN_OWNER = 1;
    private static final int IFF_UP = 1;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_FLAGS = 8;
    private static final int IFA_F_NODAD = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RT_TABLE_MAIN = 254;
    private static final int RTN_UNICAST = 1;
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    private final NetlinkSocket socket;

    private Rtnetlink(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * @return a connection to the kernel
     * @throws ErrnoException if the kernel refuses
     */
    public static Rtnetlink open() throws ErrnoException {
        return new Rtnetlink(new NetlinkSocket(NetlinkSocket.ROUTE));
    }

    /**
     * @return all network devices
     * @throws ErrnoException if the kernel refuses
     */
    public List<Link> links() throws ErrnoException {
        List<Link> links = new ArrayList<>();
        for (ByteBuffer body : socket.dump("list links", ifinfomsg(RTM_GETLINK, DUMP, 0, 0, 0))) {
            links.add(link(body));
        }
        return links;
    }

    /**
     * Asks for one device only: a host may have hundreds.
     *
     * @param name of a network device, or an alternative name of it; at most 15 bytes
     * @return the device, if it is there
     * @throws ErrnoException if the kernel refuses
     */
    public Optional<Link> link(String name) throws ErrnoException {
        try {
            List<ByteBuffer> found = socket.execute("find link " + name, ifinfomsg(RTM_GETLINK, ACK, 0, 0, 0).attribute(IFLA_IFNAME, name));
            return found.stream().map(Rtnetlink::link).findFirst();
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Makes a bridge without spanning tree protocol.
     *
     * @param name at most 15 bytes
     * @param mac hardware address; given, so that it does not change with the ports
     * @throws ErrnoException EEXIST if there is a device of that name, EPERM without CAP_NET_ADMIN
     */
    public void addBridge(String name, String mac) throws ErrnoException {
        NetlinkMessage m = ifinfomsg(RTM_NEWLINK, ACK | CREATE | EXCLUSIVE, 0, 0, 0).attribute(IFLA_IFNAME, name).attribute(IFLA_ADDRESS, bytes(mac));
        int info = m.begin(IFLA_LINKINFO);
        m.attribute(INFO_KIND, "bridge");
        int data = m.begin(INFO_DATA);
        m.attribute(BR_STP_STATE, 0).end(data).end(info);
        socket.execute("add bridge " + name, m);
    }

    /**
     * Deletes a network device.
     *
     * @param link its index
     * @throws ErrnoException ENODEV if it is not there
     */
    public void delete(int link) throws ErrnoException {
        socket.execute("delete link " + link, ifinfomsg(RTM_DELLINK, ACK, link, 0, 0));
    }

    /**
     * Switches a network device on.
     *
     * @param link its index
     * @throws ErrnoException ENODEV if it is not there
     */
    public void up(int link) throws ErrnoException {
        socket.execute("set link " + link + " up", ifinfomsg(RTM_NEWLINK, ACK, link, IFF_UP, IFF_UP));
    }

    /**
     * @param link index of a network device
     * @param bytes the greatest packet it carries
     * @throws ErrnoException EINVAL if it cannot carry that
     */
    public void mtu(int link, int bytes) throws ErrnoException {
        socket.execute("set mtu of link " + link + " to " + bytes, ifinfomsg(RTM_NEWLINK, ACK, link, 0, 0).attribute(IFLA_MTU, bytes));
    }

    /**
     * Makes a network device a port of a bridge. Idempotent.
     *
     * @param link index of the network device
     * @param bridge index of the bridge
     * @param mtu the greatest packet that the port carries then, in bytes
     * @throws ErrnoException if the kernel refuses; it may have one of the two by then
     */
    public void join(int link, int bridge, int mtu) throws ErrnoException {
        socket.execute("make link " + link + " a port of link " + bridge,
                ifinfomsg(RTM_NEWLINK, ACK, link, 0, 0).attribute(IFLA_MTU, mtu).attribute(IFLA_MASTER, bridge));
    }

    /**
     * @param link index of a network device
     * @param text at most 255 bytes, kept by the kernel
     * @throws ErrnoException if the kernel refuses
     */
    public void alias(int link, String text) throws ErrnoException {
        socket.execute("set alias of link " + link, ifinfomsg(RTM_NEWLINK, ACK, link, 0, 0)
                .attribute(IFLA_IFALIAS, text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Sets a port of a bridge, and then switches it on: nothing passes it before. Idempotent.
     *
     * @param link index of the port
     * @param isolated whether it cannot reach other isolated ports
     * @param hairpin whether it may send back what came in by it
     * @throws ErrnoException if it is no port of a bridge
     */
    public void openPort(int link, boolean isolated, boolean hairpin) throws ErrnoException {
        NetlinkMessage m = ifinfomsg(RTM_NEWLINK, ACK, link, IFF_UP, IFF_UP);
        int info = m.begin(IFLA_LINKINFO);
        m.attribute(INFO_SLAVE_KIND, "bridge");
        int data = m.begin(INFO_SLAVE_DATA);
        m.attribute(BRPORT_ISOLATED, flag(isolated)).attribute(BRPORT_MODE, flag(hairpin)).end(data).end(info);
        socket.execute("open port " + link, m);
    }

    private static byte[] flag(boolean on) {
        return new byte[] {(byte) (on ? 1 : 0)};
    }

    /**
     * @return all addresses of all network devices
     * @throws ErrnoException if the kernel refuses
     */
    public List<LinkAddress> addresses() throws ErrnoException {
        List<LinkAddress> addresses = new ArrayList<>();
        for (ByteBuffer body : socket.dump("list addresses", ifaddrmsg(RTM_GETADDR, DUMP, 0, 0, 0))) {
            NetlinkAttributes attributes = new NetlinkAttributes(body.slice(8, body.limit() - 8));
            InetAddress address = attributes.address(attributes.has(IFA_LOCAL) ? IFA_LOCAL : IFA_ADDRESS);
            if (address != null) {
                addresses.add(new LinkAddress(body.getInt(4), address, Byte.toUnsignedInt(body.get(1))));
            }
        }
        return addresses;
    }

    /**
     * Adds an address; an IPv6 address without looking for duplicates first. Idempotent.
     *
     * @param link index of the network device
     * @param address IPv4 or IPv6
     * @param prefix length of its subnet's prefix in bits
     * @throws ErrnoException if the kernel refuses
     */
    public void addAddress(int link, InetAddress address, int prefix) throws ErrnoException {
        socket.execute("add address " + address.getHostAddress() + "/" + prefix, address(RTM_NEWADDR, ACK | CREATE | REPLACE, link, address, prefix));
    }

    /**
     * Removes an address.
     *
     * @param link index of the network device
     * @param address IPv4 or IPv6
     * @param prefix length of its subnet's prefix in bits
     * @throws ErrnoException EADDRNOTAVAIL if it is not there
     */
    public void removeAddress(int link, InetAddress address, int prefix) throws ErrnoException {
        socket.execute("remove address " + address.getHostAddress() + "/" + prefix, address(RTM_DELADDR, ACK, link, address, prefix));
    }

    /**
     * @return the unicast routes of the main table, IPv4 and IPv6
     * @throws ErrnoException if the kernel refuses
     */
    public List<Route> routes() throws ErrnoException {
        List<Route> routes = new ArrayList<>();
        // struct rtmsg: family, destination and source length, tos, table, protocol, scope, type, flags.
        NetlinkMessage question = new NetlinkMessage(RTM_GETROUTE, DUMP).putInt(0).putInt(0).putInt(0);
        for (ByteBuffer body : socket.dump("list routes", question)) {
            boolean main = Byte.toUnsignedInt(body.get(4)) == RT_TABLE_MAIN && body.get(7) == RTN_UNICAST;
            InetAddress destination = new NetlinkAttributes(body.slice(12, body.limit() - 12)).address(RTA_DST);
            if (main && destination != null) {
                int link = new NetlinkAttributes(body.slice(12, body.limit() - 12)).integer(RTA_OIF, 0);
                routes.add(new Route(link, destination, Byte.toUnsignedInt(body.get(1))));
            }
        }
        return routes;
    }

    @Override
    public void close() throws ErrnoException {
        socket.close();
    }

    /** struct ifinfomsg: family, type, index, flags, and which flags change. */
    private static NetlinkMessage ifinfomsg(int type, int flags, int index, int on, int change) {
        return new NetlinkMessage(type, flags).putShort(0).putShort(0).putInt(index).putInt(on).putInt(change);
    }

    /** struct ifaddrmsg: family, length of the prefix, flags, scope, index. */
    private static NetlinkMessage ifaddrmsg(int type, int flags, int family, int prefix, int index) {
        return new NetlinkMessage(type, flags).putByte(family).putByte(prefix).putByte(0).putByte(0).putInt(index);
    }

    private static NetlinkMessage address(int type, int flags, int link, InetAddress address, int prefix) {
        boolean v4 = address instanceof Inet4Address;
        NetlinkMessage m = ifaddrmsg(type, flags, v4 ? AF_INET : AF_INET6, prefix, link).attribute(IFA_LOCAL, address.getAddress())
                .attribute(IFA_ADDRESS, address.getAddress());
        return v4 ? m : m.attribute(IFA_FLAGS, IFA_F_NODAD);
    }

    private static Link link(ByteBuffer body) {
        NetlinkAttributes a = new NetlinkAttributes(body.slice(16, body.limit() - 16));
        NetlinkAttributes info = a.nested(IFLA_LINKINFO);
        String kind = info.string(INFO_KIND);
        byte[] isolated = "bridge".equals(info.string(INFO_SLAVE_KIND)) ? info.nested(INFO_SLAVE_DATA).bytes(BRPORT_ISOLATED) : new byte[0];
        return new Link(body.getInt(4), a.string(IFLA_IFNAME), kind, a.integer(IFLA_MASTER, 0), a.string(IFLA_IFALIAS),
                HexFormat.ofDelimiter(":").formatHex(a.bytes(IFLA_ADDRESS)), a.integer(IFLA_MTU, 0), (body.getInt(8) & IFF_UP) != 0,
                "tun".equals(kind) ? info.nested(INFO_DATA).integer(TUN_OWNER, -1) : -1, isolated.length == 1 && isolated[0] == 1);
    }

    private static byte[] bytes(String mac) {
        return HexFormat.ofDelimiter(":").parseHex(mac);
    }
}
