package io.hypr.core.internal.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.BiConsumer;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Writes the values of a payload one after another (PROTOCOL.md section 3). */
public final class Payload {

    private ByteBuffer out = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    private ByteBuffer room(int octets) {
        if (out.remaining() < octets) {
            int size = Math.max(out.capacity() * 2, out.position() + octets);
            out = ByteBuffer.wrap(Arrays.copyOf(out.array(), size)).order(ByteOrder.LITTLE_ENDIAN).position(out.position());
        }
        return out;
    }

    /**
     * @param value its low 8 bits are written
     * @return this
     */
    public Payload u8(int value) {
        room(1).put((byte) value);
        return this;
    }

    /**
     * @param value its low 16 bits are written
     * @return this
     */
    public Payload u16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    /**
     * @param value its low 32 bits are written
     * @return this
     */
    public Payload u32(long value) {
        room(4).putInt((int) value);
        return this;
    }

    /**
     * @param value as it is
     * @return this
     */
    public Payload u64(long value) {
        room(8).putLong(value);
        return this;
    }

    /**
     * @param octets written without a length
     * @return this
     */
    public Payload raw(byte[] octets) {
        room(octets.length).put(octets);
        return this;
    }

    /**
     * @param octets written after their length
     * @return this
     */
    public Payload bytes(byte[] octets) {
        return u32(octets.length).raw(octets);
    }

    /**
     * @param text written as UTF-8 after its length
     * @return this
     */
    public Payload text(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new HyprException(ErrorCode.INVALID, "A zero octet cannot be part of \"" + text.replace("\0", "\\0") + "\".");
        }
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param <T> type of the elements
     * @param elements written after their number
     * @param writer writes one of them
     * @return this
     */
    public <T> Payload list(Collection<T> elements, BiConsumer<Payload, T> writer) {
        u32(elements.size());
        elements.forEach(e -> writer.accept(this, e));
        return this;
    }

    /** @return what was written, ready to be read */
    public ByteBuffer toBuffer() {
        return out.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
    }
}
