package io.hypr.image.internal.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.ZipException;

/**
 * Unpacks gzip by igzip (Debian's package isal), which takes half the time of the JDK's zlib, on another processor. Its verdict comes with
 * the end of the stream: an archive that is cut or has a wrong sum ends in an exception, as the JDK's does.
 */
final class Gunzip extends FilterInputStream {

    private static final int BUFFER = 1 << 17;

    private final Process process;
    private final Thread feeder;
    private volatile IOException unreadable;

    private Gunzip(Process process, InputStream packed) {
        super(process.getInputStream());
        this.process = process;
        this.feeder = Thread.ofVirtual().start(() -> feed(packed));
    }

    /**
     * @param packed read to its end and closed, unless the result is empty
     * @return the content; empty if igzip is not installed
     */
    static Optional<InputStream> open(InputStream packed) {
        try {
            return Optional.of(new Gunzip(new ProcessBuilder("igzip", "-dc").start(), packed));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void feed(InputStream packed) {
        byte[] buffer = new byte[BUFFER];
        try (packed; OutputStream to = process.getOutputStream()) {
            for (int n = take(packed, buffer); n >= 0; n = take(packed, buffer)) {
                to.write(buffer, 0, n);
            }
        } catch (IOException e) {
            // Either the file cannot be read, which take() has noted, or igzip ended early: its status says so to the reader.
            process.destroy();
        }
    }

    private int take(InputStream packed, byte[] buffer) throws IOException {
        try {
            return packed.read(buffer);
        } catch (IOException e) {
            unreadable = e;
            throw e;
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        int n = in.read(to, offset, length);
        if (n < 0) {
            verdict();
        }
        return n;
    }

    private void verdict() throws IOException {
        try {
            int status = process.waitFor();
            feeder.join();
            if (unreadable != null) {
                throw unreadable;
            }
            if (status != 0) {
                throw new ZipException(new String(process.getErrorStream().readNBytes(200), StandardCharsets.UTF_8).strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    /** Ends igzip, also when not everything was read. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        super.close();
    }
}
