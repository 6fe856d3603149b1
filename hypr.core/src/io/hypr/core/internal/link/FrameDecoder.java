package io.hypr.core.internal.link;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;

/**
 * Finds frames in what a connection brings. It begins out of step and discards everything until {@link #welcome} has found the
 * guest's answer to this connection's HELLO; from there on {@link #next} gives frame after frame. Not safe for use by several threads.
 */
public final class FrameDecoder {

    /** "HYPRLINK", the first octets of HELLO and WELCOME. */
    public static final long MAGIC = 0x4B4E494C52505948L;

    private static final int CAPACITY = 2 * (Frame.HEADER + Frame.MAX_PAYLOAD + Frame.TRAILER);

    private final ByteBuffer in = ByteBuffer.allocateDirect(CAPACITY).order(ByteOrder.LITTLE_ENDIAN).limit(0);

    /**
     * Reads once. Frames given before are no longer valid.
     *
     * @param source blocks until there is something
     * @return false at the end of the stream
     * @throws IOException if reading fails
     */
    public boolean feed(ReadableByteChannel source) throws IOException {
        in.compact();
        try {
            return source.read(in) >= 0;
        } finally {
            in.flip();
        }
    }

    /**
     * Searches what is buffered for the WELCOME that repeats a nonce, and discards what comes before.
     *
     * @param nonce of the HELLO
     * @return that frame, or null if more must be read
     * @throws LinkException if the frame is there but damaged
     */
    public Frame welcome(long nonce) throws LinkException {
        int last = in.limit() - 16;
        for (int at = in.position() + Frame.HEADER; at <= last; at++) {
            if (in.getLong(at) == MAGIC && in.getLong(at + 8) == nonce && in.get(at - Frame.HEADER) == Frame.WELCOME) {
                in.position(at - Frame.HEADER);
                return next();
            }
        }
        // The frame may begin anywhere in the last octets: its first 31 do not yet hold both magic and nonce.
        in.position(Math.max(in.position(), Math.min(in.limit(), last + 1 - Frame.HEADER)));
        return null;
    }

    /**
     * @return the next whole frame, or null if more must be read
     * @throws LinkException if the stream has lost its place
     */
    public Frame next() throws LinkException {
        while (true) {
            while (in.hasRemaining() && in.get(in.position()) == 0) {
                in.get();
            }
            if (in.remaining() < Frame.HEADER) {
                return null;
            }
            int start = in.position();
            long length = Integer.toUnsignedLong(in.getInt(start + 4));
            if (length > Frame.MAX_PAYLOAD) {
                throw new LinkException("A frame says it carries " + length + " octets, more than " + Frame.MAX_PAYLOAD);
            }
            int whole = Frame.HEADER + (int) length + Frame.TRAILER;
            if (in.remaining() < whole) {
                return null;
            }
            in.position(start + whole);
            long number = in.getLong(start + 8);
            if (in.getLong(start + whole - Frame.TRAILER) == ~number) {
                ByteBuffer payload = in.slice(start + Frame.HEADER, (int) length).order(ByteOrder.LITTLE_ENDIAN);
                return new Frame(in.get(start) & 0xFF, in.get(start + 1) & 0xFF, in.getShort(start + 2) & 0xFFFF, number, payload);
            }
        }
    }
}
