package io.hypr.image.internal.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Tells how much has been read; a listener may end the reading by its exception. */
final class Counted extends FilterInputStream {

    /** Hears the sum so far, after each read. */
    @FunctionalInterface
    interface Listener {
        void read(long sum) throws IOException;
    }

    private final Listener listener;
    private long sum;

    Counted(InputStream in, Listener listener) {
        super(in);
        this.listener = listener;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        if (b >= 0) {
            listener.read(++sum);
        }
        return b;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int n = super.read(to, offset, length);
        if (n > 0) {
            sum += n;
            listener.read(sum);
        }
        return n;
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
