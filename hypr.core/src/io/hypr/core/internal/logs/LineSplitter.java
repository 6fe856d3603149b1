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

    private final Lines lines;
    private final byte[][] rest = {null, new byte[0], new byte[0]};
    private final long[] times = new long[3];

    LineSplitter(Lines lines) {
        this.lines = lines;
    }

    void take(LogRecord r) {
        ByteBuffer in = r.payload();
        int stream = r.kind();
        times[stream] = r.time();
        int from = in.position();
        for (int at = from; at < in.limit(); at++) {
            int held = rest[stream].length;
            if (in.get(at) == '\n' || at + 1 - from + held == PART) {
                byte[] line = Arrays.copyOf(rest[stream], held + at + 1 - from);
                in.get(from, line, held, at + 1 - from);
                if (held > 0) {
                    rest[stream] = new byte[0];
                }
                lines.line(stream, r.time(), line);
                from = at + 1;
            }
        }
        if (from < in.limit()) {
            int held = rest[stream].length;
            byte[] more = Arrays.copyOf(rest[stream], held + in.limit() - from);
            in.get(from, more, held, in.limit() - from);
            rest[stream] = more;
        }
    }

    /** Hands on what has no line feed: nothing more will come. */
    void end() {
        for (int stream = 1; stream <= 2; stream++) {
            if (rest[stream].length > 0) {
                lines.line(stream, times[stream], rest[stream]);
                rest[stream] = new byte[0];
            }
        }
    }
}
