package io.hypr.ffm.net;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A request under construction: struct nlmsghdr, a fixed header of its family, then attributes, each aligned to 4 bytes. See netlink(7); numbers are
 * in the host's byte order but where the family says otherwise.
 */
final class NetlinkMessage {

    static final int HEADER = 16;

    static final int REQUEST = 0x1;
    static final int ACK = 0x4;
    static final int DUMP = 0x300;
    static final int EXCLUSIVE = 0x200;
    static final int CREATE = 0x400;
    static final int REPLACE = 0x100;

    private static final int NESTED = 0x8000;

    private final ByteBuffer buffer = ByteBuffer.allocate(2048).order(ByteOrder.nativeOrder());

    /**
     * @param type of the message
     * @param flags besides REQUEST
     */
    NetlinkMessage(int type, int flags) {
        buffer.putInt(0).putShort((short) type).putShort((short) (REQUEST | flags)).putInt(0).putInt(0);
    }

    NetlinkMessage putByte(int value) {
        buffer.put((byte) value);
        return this;
    }

    NetlinkMessage putShort(int value) {
        buffer.putShort((short) value);
        return this;
    }

    NetlinkMessage putInt(int value) {
        buffer.putInt(value);
        return this;
    }

    NetlinkMessage attribute(int type, byte[] value) {
        buffer.putShort((short) (4 + value.length)).putShort((short) type).put(value);
        return align();
    }

    NetlinkMessage attribute(int type, int value) {
        buffer.putShort((short) 8).putShort((short) type).putInt(value);
        return this;
    }

    /** A string with its terminating zero. */
    NetlinkMessage attribute(int type, String value) {
        return attribute(type, (value + '\0').getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Opens an attribute that holds attributes.
     *
     * @return what {@link #end} takes
     */
    int begin(int type) {
        int start = buffer.position();
        buffer.putShort((short) 0).putShort((short) (type | NESTED));
        return start;
    }

    NetlinkMessage end(int start) {
        buffer.putShort(start, (short) (buffer.position() - start));
        return this;
    }

    /** @return the message with its length and number filled in */
    byte[] finish(int sequence) {
        buffer.putInt(0, buffer.position()).putInt(8, sequence);
        byte[] bytes = new byte[buffer.position()];
        buffer.get(0, bytes);
        return bytes;
    }

    private NetlinkMessage align() {
        while (buffer.position() % 4 != 0) {
            buffer.put((byte) 0);
        }
        return this;
    }
}
