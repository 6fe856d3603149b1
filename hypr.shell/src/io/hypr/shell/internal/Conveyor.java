package io.hypr.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;

/**
 * A stream from one thread to another, for much data: what one writes is handed over in large blocks, so that neither waits for the other often.
 * The block that was read goes back and is filled again.
 */
final class Conveyor {

    static final int BLOCK = 1 << 20;

    /** Octets in an array that is longer than they are. */
    private record Block(byte[] octets, int size) {
    }

    private Block handed;
    private byte[] spare;
    private boolean ended;
    private boolean abandoned;

    private final OutputStream output = new OutputStream() {
        private byte[] block = new byte[BLOCK];
        private int size;

        @Override
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            for (int at = 0; at < length;) {
                int n = Math.min(length - at, BLOCK - size);
                System.arraycopy(octets, offset + at, block, size, n);
                at += n;
                size += n;
                if (size == BLOCK) {
                    flush();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            if (size > 0) {
                byte[] next = hand(new Block(block, size));
                block = next != null ? next : new byte[BLOCK];
                size = 0;
            }
        }

        @Override
        public void close() throws IOException {
            try {
                flush();
            } finally {
                end();
            }
        }
    };

    private final InputStream input = new InputStream() {
        private Block block;
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (block == null || at == block.size) {
                block = take(block);
                at = 0;
            }
            if (block == null) {
                return -1;
            }
            int n = Math.min(length, block.size - at);
            System.arraycopy(block.octets, at, to, offset, n);
            at += n;
            return n;
        }

        @Override
        public void close() {
            abandon();
        }
    };

    /** @return for one thread; fails once the input is closed */
    OutputStream output() {
        return output;
    }

    /** @return for another thread */
    InputStream input() {
        return input;
    }

    /** @return the block to be filled next; null = a new one */
    private synchronized byte[] hand(Block block) throws IOException {
        while (handed != null && !abandoned) {
            pause();
        }
        if (abandoned) {
            throw new IOException("Nobody reads what is written.");
        }
        handed = block;
        byte[] next = spare;
        spare = null;
        notifyAll();
        return next;
    }

    /** @return the next block; null = there is none */
    private synchronized Block take(Block before) throws IOException {
        if (before != null) {
            spare = before.octets;
        }
        while (handed == null && !ended) {
            pause();
        }
        Block next = handed;
        handed = null;
        notifyAll();
        return next;
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    private synchronized void abandon() {
        abandoned = true;
        notifyAll();
    }

    private void pause() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while a stream was handed over").initCause(e);
        }
    }
}
