package io.hypr.ffm.net;

import static io.hypr.ffm.net.NetlinkMessage.ACK;
import static io.hypr.ffm.net.NetlinkMessage.DUMP;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.hypr.ffm.call.ErrnoException;

/**
 * Connections that the kernel tracks, by netlink(7) with NETLINK_NETFILTER; messages as in linux/netfilter/nfnetlink_conntrack.h. In the network namespace of
 * the thread that opened it, for one thread at a time.
 */
public final class Conntrack implements AutoCloseable {

    private static final int CTNETLINK = 1 << 8;
    private static final int GET = CTNETLINK | 1;
    private static final int DELETE = CTNETLINK | 2;
    private static final int CTA_TUPLE_ORIG = 1;
    private static final int CTA_TUPLE_REPLY = 2;
    private static final int CTA_TUPLE_IP = 1;
    private static final int CTA_TUPLE_PROTO = 2;
    private static final int CTA_IP_V4_SRC = 1;
    private static final int CTA_IP_V4_DST = 2;
    private static final int CTA_IP_V6_SRC = 3;
    private static final int CTA_IP_V6_DST = 4;
    private static final int CTA_PROTO_NUM = 1;
    private static final int CTA_PROTO_SRC_PORT = 2;
    private static final int CTA_PROTO_DST_PORT = 3;
    private static final int NESTED = 0x8000;
    // struct nfgenmsg: family, version, resource.
    private static final int NFGENMSG = 4;

    private final NetlinkSocket socket;

    private Conntrack(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * @return a connection to the kernel
     * @throws ErrnoException if the kernel refuses
     */
    public static Conntrack open() throws ErrnoException {
        return new Conntrack(new NetlinkSocket(NetlinkSocket.NETFILTER));
    }

    /**
     * @param protocol 6 = TCP, 17 = UDP
     * @return the connections of a protocol with ports, IPv4 and IPv6
     * @throws ErrnoException if the kernel refuses, for example EPERM without CAP_NET_ADMIN
     */
    public List<Flow> flows(int protocol) throws ErrnoException {
        List<Flow> flows = new ArrayList<>();
        for (ByteBuffer body : socket.dump("list tracked connections", nfgenmsg(GET, DUMP, 0))) {
            NetlinkAttributes all = new NetlinkAttributes(body.slice(NFGENMSG, body.limit() - NFGENMSG));
            NetlinkAttributes to = all.nested(CTA_TUPLE_ORIG);
            NetlinkAttributes from = all.nested(CTA_TUPLE_REPLY);
            byte[] number = to.nested(CTA_TUPLE_PROTO).bytes(CTA_PROTO_NUM);
            if (number.length == 1 && number[0] == protocol) {
                NetlinkAttributes ip = to.nested(CTA_TUPLE_IP);
                NetlinkAttributes answer = from.nested(CTA_TUPLE_IP);
                flows.add(new Flow(ip.address(ip.has(CTA_IP_V4_DST) ? CTA_IP_V4_DST : CTA_IP_V6_DST),
                        port(to.nested(CTA_TUPLE_PROTO).bytes(CTA_PROTO_DST_PORT)),
                        answer.address(answer.has(CTA_IP_V4_SRC) ? CTA_IP_V4_SRC : CTA_IP_V6_SRC),
                        port(from.nested(CTA_TUPLE_PROTO).bytes(CTA_PROTO_SRC_PORT)), body.get(0), all.bytes(CTA_TUPLE_ORIG)));
            }
        }
        return flows;
    }

    /**
     * Forgets a connection: its next packet is treated as the first of another. Idempotent.
     *
     * @param flow the connection
     * @throws ErrnoException if the kernel refuses
     */
    public void forget(Flow flow) throws ErrnoException {
        try {
            socket.execute("forget a tracked connection", nfgenmsg(DELETE, ACK, flow.family()).attribute(CTA_TUPLE_ORIG | NESTED, flow.original()));
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ENOENT) {
                throw e;
            }
        }
    }

    @Override
    public void close() throws ErrnoException {
        socket.close();
    }

    private static NetlinkMessage nfgenmsg(int type, int flags, int family) {
        return new NetlinkMessage(type, flags).putByte(family).putByte(0).putShort(0);
    }

    /** Ports are in the network's byte order. */
    private static int port(byte[] bytes) {
        return bytes.length == 2 ? Byte.toUnsignedInt(bytes[0]) << 8 | Byte.toUnsignedInt(bytes[1]) : 0;
    }
}
