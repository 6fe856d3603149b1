package io.hypr.core.internal.link;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A frame of the link (kestrel/protocol/PROTOCOL.md section 2).
 *
 * @param type one of the constants here, or one that a later generation has
 * @param flags 0 unless the type says otherwise
 * @param stream 0 = control
 * @param number 1, 2, 3 ... per direction; 0 for frames that are not numbered
 * @param payload little-endian; of a decoded frame, valid until the decoder is fed again
 */
public record Frame(int type, int flags, int stream, long number, ByteBuffer payload) {

    /** Octets before the payload. */
    public static final int HEADER = 16;
    /** Octets after the payload. */
    public static final int TRAILER = 8;
    /** Most octets of a payload. */
    public static final int MAX_PAYLOAD = 65_536;
    /** Types below are not numbered. */
    public static final int FIRST_NUMBERED = 16;
    /** A receiver that does not know the type of a frame with this flag has lost its place. */
    public static final int MUST_UNDERSTAND = 0x80;

    /** The host opens a connection. */
    public static final int HELLO = 1;
    /** The guest answers it. */
    public static final int WELCOME = 2;
    /** The sender has taken frames over for good. */
    public static final int ACK = 3;
    /** Octets of a stream. */
    public static final int DATA = 16;
    /** The sender has no more octets for a stream. */
    public static final int END = 17;
    /** The receiver of a stream can take more. */
    public static final int CREDIT = 18;
    /** Mounts, network and files. */
    public static final int SETUP = 32;
    /** A process. */
    public static final int RUN = 33;
    /** A signal for a process. */
    public static final int SIGNAL = 34;
    /** The size of a terminal. */
    public static final int RESIZE = 35;
    /** The end of the microVM. */
    public static final int SHUTDOWN = 36;
    /** The wall clock. */
    public static final int CLOCK = 37;
    /** Which processes there are. */
    public static final int PROCESSES = 38;
    /** Other limits of the container's cgroup. */
    public static final int UPDATE = 39;
    /** The answer to a request. */
    public static final int RESULT = 64;
    /** A process has ended. */
    public static final int EXIT = 65;
    /** A sentence about the agent itself. */
    public static final int NOTE = 66;

    /** @return whether the frame carries a number */
    public boolean numbered() {
        return type >= FIRST_NUMBERED;
    }

    /**
     * Encodes the frame.
     *
     * @return all of its octets, ready to be read
     */
    public ByteBuffer encode() {
        int length = payload.remaining();
        if (length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("A frame carries at most " + MAX_PAYLOAD + " octets, not " + length);
        }
        ByteBuffer out = ByteBuffer.allocate(HEADER + length + TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) type).put((byte) flags).putShort((short) stream).putInt(length).putLong(number);
        out.put(payload.duplicate()).putLong(~number);
        return out.flip();
    }
}
