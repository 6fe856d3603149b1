package io.hypr.ffm.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

import io.hypr.ffm.call.ErrnoException;

/** One socket of netlink(7): sends a request and collects what the kernel answers. For one thread. */
final class NetlinkSocket implements AutoCloseable {

    static final int ROUTE = 0;
    static final int NETFILTER = 12;

    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_NETLINK = 270;
    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NLMSG_ERROR = 2;
    private static final int NLMSG_DONE = 3;
    private static final int DUMP_INTERRUPTED = 0x10;
    private static final int ACK_TLVS = 0x200;
    private static final int NLMSGERR_ATTR_MSG = 1;
    // The kernel fills at most 32 KiB in one go.
    private static final int BUFFER = 64 * 1024;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER, 8);
    private final int fd;
    private int sequence;

    NetlinkSocket(int protocol) throws ErrnoException {
        fd = NetCalls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        NetCalls.setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
        NetCalls.setOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    }

    /**
     * Sends a request with the flag ACK.
     *
     * @param what it does, for the exception
     * @return each message that came before the acknowledgement, without its struct nlmsghdr: what a question about one thing is answered
     */
    List<ByteBuffer> execute(String what, NetlinkMessage message) throws ErrnoException {
        return exchange(what, message);
    }

    /**
     * Sends a request with the flag DUMP.
     *
     * @param what it asks, for the exception
     * @return each message of the answer without its struct nlmsghdr
     */
    List<ByteBuffer> dump(String what, NetlinkMessage message) throws ErrnoException {
        List<ByteBuffer> answer;
        do {
            answer = exchange(what, message);
        } while (answer == null);
        return answer;
    }

    /** @return null if what was dumped changed meanwhile */
    private List<ByteBuffer> exchange(String what, NetlinkMessage message) throws ErrnoException {
        byte[] request = message.finish(++sequence);
        MemorySegment out = buffer.asSlice(0, request.length);
        MemorySegment.copy(request, 0, out, ValueLayout.JAVA_BYTE, 0, request.length);
        NetCalls.send(fd, out);
        List<ByteBuffer> answer = new ArrayList<>();
        boolean whole = true;
        while (true) {
            byte[] received = buffer.asSlice(0, receive()).toArray(ValueLayout.JAVA_BYTE);
            ByteBuffer in = ByteBuffer.wrap(received).order(ByteOrder.nativeOrder());
            while (in.remaining() >= NetlinkMessage.HEADER) {
                int start = in.position();
                int length = in.getInt();
                int type = Short.toUnsignedInt(in.getShort());
                int flags = Short.toUnsignedInt(in.getShort());
                int number = in.getInt();
                ByteBuffer body = in.slice(start + NetlinkMessage.HEADER, length - NetlinkMessage.HEADER).order(ByteOrder.nativeOrder());
                in.position(Math.min(in.limit(), start + (length + 3) / 4 * 4));
                if (number != sequence) {
                    continue;
                }
                whole &= (flags & DUMP_INTERRUPTED) == 0;
                if (type == NLMSG_ERROR || type == NLMSG_DONE) {
                    fail(what, body, type, flags);
                    return whole ? answer : null;
                }
                answer.add(body);
            }
        }
    }

    private int receive() throws ErrnoException {
        while (true) {
            try {
                return NetCalls.receive(fd, buffer);
            } catch (ErrnoException e) {
                if (e.errno() != ErrnoException.EINTR) {
                    throw e;
                }
            }
        }
    }

    /** struct nlmsgerr: a negative errno, and the header of the request, then attributes of which one is a sentence. */
    private static void fail(String what, ByteBuffer body, int type, int flags) throws ErrnoException {
        int error = body.remaining() >= 4 ? -body.getInt(0) : 0;
        if (error <= 0) {
            return;
        }
        int attributes = type == NLMSG_ERROR ? 4 + NetlinkMessage.HEADER : 4;
        String sentence = (flags & ACK_TLVS) == 0 || body.remaining() < attributes ? ""
                : new NetlinkAttributes(body.position(attributes)).string(NLMSGERR_ATTR_MSG);
        throw new ErrnoException(what, error, sentence);
    }

    @Override
    public void close() throws ErrnoException {
        arena.close();
        NetCalls.close(fd);
    }
}
