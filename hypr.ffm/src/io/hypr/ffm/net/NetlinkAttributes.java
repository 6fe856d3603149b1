package io.hypr.ffm.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Attributes as received, struct nlattr of netlink(7), by their type. What is cut short ends the list. */
final class NetlinkAttributes {

    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    /** @param from where the first attribute begins; read to its limit */
    NetlinkAttributes(ByteBuffer from) {
        ByteBuffer rest = from.slice().order(ByteOrder.nativeOrder());
        while (rest.remaining() >= 4) {
            int start = rest.position();
            int length = Short.toUnsignedInt(rest.getShort());
            int type = rest.getShort() & TYPE_MASK;
            if (length < 4 || start + length > rest.limit()) {
                break;
            }
            values.put(type, rest.slice(start + 4, length - 4).order(ByteOrder.nativeOrder()));
            rest.position(Math.min(rest.limit(), start + (length + 3) / 4 * 4));
        }
    }

    boolean has(int type) {
        return values.containsKey(type);
    }

    int integer(int type, int otherwise) {
        ByteBuffer value = values.get(type);
        return value == null || value.remaining() < 4 ? otherwise : value.getInt(0);
    }

    byte[] bytes(int type) {
        ByteBuffer value = values.get(type);
        if (value == null) {
            return new byte[0];
        }
        byte[] bytes = new byte[value.remaining()];
        value.get(0, bytes);
        return bytes;
    }

    /** @return the string without its terminating zero; empty if it is not there */
    String string(int type) {
        String all = new String(bytes(type), StandardCharsets.UTF_8);
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    /** @return an address of 4 or 16 bytes; null if it is not there */
    InetAddress address(int type) {
        try {
            return has(type) ? InetAddress.getByAddress(bytes(type)) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }

    /** @return what is inside of an attribute; nothing if it is not there */
    NetlinkAttributes nested(int type) {
        ByteBuffer value = values.get(type);
        return new NetlinkAttributes(value == null ? ByteBuffer.allocate(0) : value);
    }
}
