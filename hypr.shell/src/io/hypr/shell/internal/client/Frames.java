package io.hypr.shell.internal.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;

/** Frames of the client protocol (docs/CLIENT_PROTOCOL.md) on a socket. One thread reads; any thread writes. */
final class Frames {

    static final int COMMAND = 1;
    static final int MORE = 2;
    static final int INPUT = 3;
    static final int SIGNAL = 4;
    static final int SIZE = 5;
    static final int OUTPUT = 16;
    static final int ERROR = 17;
    static final int WANT = 18;
    static final int RAW = 19;
    static final int EXIT = 20;
    static final int AGAIN = 21;

    static final int MAX = 65_536;
    private static final int HEADER = 8;

    private final SocketChannel socket;
    private final ByteBuffer in = ByteBuffer.allocate(HEADER + MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer out = ByteBuffer.allocateDirect(HEADER + MAX).order(ByteOrder.LITTLE_ENDIAN);

    /**
     * A frame.
     *
     * @param type its type
     * @param payload its octets, little-endian
     */
    record Frame(int type, ByteBuffer payload) {
    }

    Frames(SocketChannel socket) {
        this.socket = socket;
    }

    /** @return the next frame, whose payload is the caller's; null at the end of the connection */
    Frame read() throws IOException {
        in.clear().limit(HEADER);
        while (in.hasRemaining()) {
            if (socket.read(in) < 0) {
                if (in.position() == 0) {
                    return null;
                }
                throw new EOFException("The connection ended inside a frame");
            }
        }
        int type = in.get(0) & 0xff;
        int length = in.getInt(4);
        if (length < 0 || length > MAX) {
            throw new IOException("A frame of " + Integer.toUnsignedString(length) + " octets is longer than " + MAX);
        }
        ByteBuffer payload = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (payload.hasRemaining()) {
            if (socket.read(payload) < 0) {
                throw new EOFException("The connection ended inside a frame");
            }
        }
        return new Frame(type, payload.flip());
    }

    /** Writes octets of one type, in as many frames as they need; none for none. */
    void write(int type, byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int n = Math.min(MAX, end - at);
            synchronized (out) {
                out.clear();
                out.put((byte) type).put(new byte[3]).putInt(n).put(bytes, at, n).flip();
                // A thread that is interrupted while it writes would close the connection: interrupts wait for the frame to be out.
                boolean interrupted = Thread.interrupted();
                try {
                    while (out.hasRemaining()) {
                        socket.write(out);
                    }
                } finally {
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                }
            }
            at += n;
        }
    }

    /** Interrupts a thread, but not while it writes a frame. */
    void interrupt(Thread thread) {
        synchronized (out) {
            thread.interrupt();
        }
    }

    /** Writes a frame with nothing in it. */
    void write(int type) throws IOException {
        synchronized (out) {
            out.clear();
            out.put((byte) type).put(new byte[HEADER - 1]).flip();
            while (out.hasRemaining()) {
                socket.write(out);
            }
        }
    }

    /** Writes a frame with one octet. */
    void write(int type, int octet) throws IOException {
        write(type, new byte[] {(byte) octet}, 0, 1);
    }

    /** Writes a frame with one 32-bit number. */
    void writeInt(int type, int number) throws IOException {
        write(type, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(number).array(), 0, 4);
    }
}
