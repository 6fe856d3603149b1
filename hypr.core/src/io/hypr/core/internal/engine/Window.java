package io.hypr.core.internal.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

import io.hypr.core.internal.link.Setup;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What a container's disk has beyond its file system, for archives on their way: they pass piece by piece through it, which the engine has as a
 * file and Merlin, in the microVM, as a disk. Over the link go only the sizes of pieces, and an octet for each one that is free again. Merlin sees
 * to it that one archive passes at a time.
 */
final class Window implements AutoCloseable {

    /** What Merlin says when it cannot have the window; no piece has moved then. */
    static final String NONE = "no window";

    private static final int PIECE = 2 << 20;
    private static final int PIECES = (int) (RootFileSystems.WINDOW / PIECE);
    private static final int PART = 256 << 10;

    private final FileChannel disk;
    private final long begin;
    private final byte[] part = new byte[PART];
    private final ByteBuffer size = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private int turn;
    private int free;
    private boolean over;

    private Window(FileChannel disk, long begin) {
        this.disk = disk;
        this.begin = begin;
    }

    /** @return that of a container's disk; null if the disk is of before there were any */
    static Window of(Path file, long fileSystem) {
        try {
            if (Files.size(file) < fileSystem + RootFileSystems.WINDOW) {
                return null;
            }
            return new Window(FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE), fileSystem);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The disk " + file + " cannot be opened.", e);
        }
    }

    /** @return what Merlin is told of it */
    List<String> words() {
        return List.of(Setup.UPPER, Long.toString(begin), Integer.toString(PIECE), Integer.toString(PIECES));
    }

    private long next() {
        long place = begin + (long) turn * PIECE;
        turn = (turn + 1) % PIECES;
        return place;
    }

    // --- into the microVM ---

    /** @return takes what Merlin prints: an octet for each piece that can be filled */
    OutputStream freed() {
        return new OutputStream() {
            @Override
            public void write(int octet) {
                free();
            }
        };
    }

    private synchronized void free() {
        free++;
        notifyAll();
    }

    /** Merlin has ended. */
    synchronized void ended() {
        over = true;
        notifyAll();
    }

    private synchronized boolean awaitFree() throws InterruptedException {
        while (free == 0 && !over) {
            wait();
        }
        free--;
        return !over;
    }

    /**
     * Hands an archive on, as long as Merlin takes it.
     *
     * @param archive read to its end
     * @param sizes is told the size of each piece
     * @throws IOException if the archive cannot be read
     */
    void fill(InputStream archive, OutputStream sizes) throws IOException, InterruptedException {
        for (int filled = PIECE; filled == PIECE && awaitFree();) {
            filled = fill(archive);
            if (filled > 0) {
                sizes.write(size.putInt(0, filled).array());
            }
        }
    }

    private int fill(InputStream archive) throws IOException {
        long place = next();
        int filled = 0;
        for (int n = PART; n == PART && filled < PIECE; filled += n) {
            n = archive.readNBytes(part, 0, Math.min(PART, PIECE - filled));
            write(ByteBuffer.wrap(part, 0, n), place + filled);
        }
        return filled;
    }

    private void write(ByteBuffer octets, long place) {
        try {
            for (long at = place; octets.hasRemaining();) {
                at += disk.write(octets, at);
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The archive cannot be handed on: " + e.getMessage(), e);
        }
    }

    // --- out of it ---

    /**
     * @param archive gets what Merlin writes into the window; not closed
     * @param freed is told of each piece that is free again
     * @return takes what Merlin prints: the size of each piece
     */
    OutputStream pieces(OutputStream archive, OutputStream freed) {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                size.put((byte) octet);
                if (!size.hasRemaining()) {
                    size.clear();
                    try {
                        empty(size.getInt(0), archive);
                    } catch (IOException e) {
                        freed.close(); // Merlin waits for no more pieces, and ends.
                        throw e;
                    }
                    freed.write(0);
                }
            }
        };
    }

    private void empty(int length, OutputStream archive) throws IOException {
        if (length < 0 || length > PIECE) {
            throw new IOException("The microVM speaks of a piece of " + length + " octets.");
        }
        long place = next();
        for (int at = 0; at < length;) {
            int n = disk.read(ByteBuffer.wrap(part, 0, Math.min(PART, length - at)), place + at);
            if (n < 0) {
                throw new EOFException("The disk ended.");
            }
            archive.write(part, 0, n);
            at += n;
        }
    }

    @Override
    public void close() throws IOException {
        disk.close();
    }
}
