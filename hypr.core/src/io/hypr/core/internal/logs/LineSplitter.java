package io.hypr.core.internal.logs;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Cuts output into lines, each stream for itself. A line without an end in sight is handed on in parts of 16 KiB, as Docker does. */
final class LineSplitter {

    /** Most octets of a part. */
    static final int PART = 16 << 10;

    /** Takes lines. */
    @FunctionalInterface
    interface Lines {
        /**
         * @param stream 1 or 2
         * @param time when its last octet came, ns since 1970
         * @param bytes the line with its line feed, or a part
         */
        void line(int stream, long time, byte[] bytes);
    }

    private static final byte[] NOTHING = {};

    private final Lines lines;
    private final boolean together;
    private final byte[][] rest = {null, NOTHING, NOTHING};
    private final long[] times = new long[3];

    LineSplitter(Lines lines) {
        this(lines, false);
    }

    /** @param together whether the whole lines of a record may be handed on as one */
    LineSplitter(Lines lines, boolean together) {
        this.lines = lines;
        this.together = together;
    }

    void take(LogRecord r) {
        ByteBuffer payload = r.payload();
        byte[] in = payload.array(); // Readers have their octets in an array, which is searched much faster than a buffer.
        int from = payload.arrayOffset() + payload.position();
        int limit = payload.arrayOffset() + payload.limit();
        int stream = r.kind();
        times[stream] = r.time();
        if (together) {
            int whole = limit;
            while (whole > from && in[whole - 1] != '\n') {
                whole--;
            }
            if (whole > from) {
                lines.line(stream, r.time(), joined(stream, in, from, whole));
                from = whole;
            }
        }
        int part = from + PART - rest[stream].length;
        for (int at = from; at < limit; at++) {
            if (in[at] == '\n' || at + 1 == part) {
                lines.line(stream, r.time(), joined(stream, in, from, at + 1));
                from = at + 1;
                part = from + PART;
            }
        }
        if (from < limit) {
            rest[stream] = joined(stream, in, from, limit);
        }
    }

    /** @return what is held of a stream and what follows; nothing is held then */
    private byte[] joined(int stream, byte[] in, int from, int to) {
        int held = rest[stream].length;
        if (held == 0) {
            return Arrays.copyOfRange(in, from, to);
        }
        byte[] all = Arrays.copyOf(rest[stream], held + to - from);
        System.arraycopy(in, from, all, held, to - from);
        rest[stream] = NOTHING;
        return all;
    }

    /** Hands on what has no line feed: nothing more will come. */
    void end() {
        for (int stream = 1; stream <= 2; stream++) {
            if (rest[stream].length > 0) {
                lines.line(stream, times[stream], rest[stream]);
                rest[stream] = NOTHING;
            }
        }
    }
}
