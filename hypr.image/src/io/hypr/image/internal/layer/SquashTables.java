package io.hypr.image.internal.layer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Mends what squashfs-tools-ng 1.2 does to small tables when it packs with lz4: one that grows by it is kept so, which Linux reads and
 * unsquashfs refuses. Such a table is written anew as it is, in its own place. The format is that of Linux's
 * Documentation/filesystems/squashfs.rst.
 */
final class SquashTables {

    private static final int LZ4 = 5;
    private static final int SUPERBLOCK = 96;
    private static final int BLOCK = 8192;
    private static final int PLAIN = 0x8000;
    private static final int OWNER = 4;
    private static final int FRAGMENT = 16;
    private static final int ATTRIBUTES = 16;

    private final FileChannel file;

    private SquashTables(FileChannel file) {
        this.file = file;
    }

    /**
     * @param file a SquashFS file, open for reading and writing
     * @throws IOException if it cannot be read or written, or is damaged
     */
    static void mend(FileChannel file) throws IOException {
        SquashTables tables = new SquashTables(file);
        ByteBuffer head = tables.read(0, SUPERBLOCK);
        if (Short.toUnsignedInt(head.getShort(20)) != LZ4) {
            return;
        }
        tables.mend(head.getLong(48), (long) OWNER * Short.toUnsignedInt(head.getShort(26)));
        tables.mend(head.getLong(80), (long) FRAGMENT * Integer.toUnsignedLong(head.getInt(16)));
        long attributes = head.getLong(56);
        if (attributes != -1) {
            tables.mend(attributes + 16, (long) ATTRIBUTES * Integer.toUnsignedLong(tables.read(attributes, 16).getInt(8)));
        }
    }

    /** Only the last block of a table is short enough to grow. */
    private void mend(long index, long size) throws IOException {
        if (size == 0 || index == -1) {
            return;
        }
        long last = (size - 1) / BLOCK;
        int expected = (int) (size - last * BLOCK);
        long at = read(index + 8 * last, 8).getLong();
        int header = Short.toUnsignedInt(read(at, 2).getShort());
        if ((header & PLAIN) != 0 || header < expected) {
            return;
        }
        ByteBuffer plain = ByteBuffer.allocate(2 + expected).order(ByteOrder.LITTLE_ENDIAN).putShort((short) (PLAIN | expected));
        unpack(read(at + 2, header), plain);
        if (plain.hasRemaining()) {
            throw new IOException("A table has " + plain.remaining() + " octets less than it should");
        }
        file.write(plain.flip(), at);
    }

    /** Unpacks a block of lz4: literals, and copies of what came before, in turn. */
    private static void unpack(ByteBuffer in, ByteBuffer out) throws IOException {
        try {
            int start = out.position();
            while (in.hasRemaining()) {
                int token = Byte.toUnsignedInt(in.get());
                for (int n = length(token >> 4, in); n > 0; n--) {
                    out.put(in.get());
                }
                if (!in.hasRemaining()) {
                    return;
                }
                int distance = Short.toUnsignedInt(in.getShort());
                int from = out.position() - distance;
                if (distance == 0 || from < start) {
                    throw new IOException("A table copies what is not in it");
                }
                for (int n = length(token & 15, in) + 4; n > 0; n--) {
                    out.put(out.get(from++));
                }
            }
        } catch (java.nio.BufferUnderflowException | java.nio.BufferOverflowException e) {
            throw new IOException("A table is damaged", e);
        }
    }

    private static int length(int first, ByteBuffer in) {
        int length = first;
        for (int more = first == 15 ? 255 : 0; more == 255;) {
            more = Byte.toUnsignedInt(in.get());
            length += more;
        }
        return length;
    }

    private ByteBuffer read(long at, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, at + buffer.position()) < 0) {
                throw new IOException("The file ends within a table");
            }
        }
        return buffer.flip();
    }
}
