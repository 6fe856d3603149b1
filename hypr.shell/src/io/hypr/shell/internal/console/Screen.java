package io.hypr.shell.internal.console;

import java.io.IOException;
import java.io.OutputStream;

/** Output of commands to a terminal in raw mode: puts a carriage return before each line feed, but for a command that has a terminal of its own. */
final class Screen extends OutputStream {

    private static final byte[] NEW_LINE = {'\r', '\n'};

    private final OutputStream to;
    private volatile boolean raw;

    Screen(OutputStream to) {
        this.to = to;
    }

    void raw(boolean on) {
        raw = on;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (raw) {
            to.write(bytes, offset, length);
            return;
        }
        int from = offset;
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\n') {
                to.write(bytes, from, i - from);
                to.write(NEW_LINE, 0, 2);
                from = i + 1;
            }
        }
        to.write(bytes, from, offset + length - from);
    }

    @Override
    public void flush() throws IOException {
        to.flush();
    }
}
