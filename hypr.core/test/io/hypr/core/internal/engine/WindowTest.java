package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Random;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.image.RootFileSystems;

@Timeout(60)
class WindowTest {

    private static final long FILE_SYSTEM = 16L << 20;

    @TempDir
    Path directory;
    private Path disk;
    private int piece;
    private int pieces;

    @BeforeEach
    void makeDisk() throws IOException {
        disk = directory.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw"); Window window = resized(file)) {
            piece = Integer.parseInt(window.words().get(2));
            pieces = Integer.parseInt(window.words().get(3));
        }
        assertTrue((long) piece * pieces <= RootFileSystems.WINDOW);
    }

    private Window resized(RandomAccessFile file) throws IOException {
        file.setLength(FILE_SYSTEM + RootFileSystems.WINDOW);
        return Window.of(disk, FILE_SYSTEM);
    }

    private static int size(byte[] little) {
        return ByteBuffer.wrap(little).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }

    private byte[] archive() {
        byte[] archive = new byte[piece * (pieces + 2) + 1234];
        new Random(1).nextBytes(archive);
        return archive;
    }

    /** Merlin's side in a line: what is told is read at once, and its piece given back. */
    private final class Reader extends OutputStream {
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final OutputStream freed;
        private int turn;

        Reader(OutputStream freed) {
            this.freed = freed;
        }

        @Override
        public void write(int octet) {
            throw new AssertionError("a size is told at once");
        }

        @Override
        public void write(byte[] told) throws IOException {
            byte[] octets = new byte[size(told)];
            try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "r")) {
                file.seek(FILE_SYSTEM + (long) (turn++ % pieces) * piece);
                file.readFully(octets);
            }
            got.write(octets);
            freed.write(0);
        }
    }

    @Test
    void anArchiveGoesInPieceByPiece() throws Exception {
        try (Window window = Window.of(disk, FILE_SYSTEM)) {
            window.freed().write(new byte[pieces]);
            Reader reader = new Reader(window.freed());
            byte[] archive = archive();
            window.fill(new ByteArrayInputStream(archive), reader);
            assertArrayEquals(archive, reader.got.toByteArray());
        }
    }

    @Test
    void onlyFreePiecesAreFilledAndTheEndOfMerlinEndsTheWait() throws Exception {
        try (Window window = Window.of(disk, FILE_SYSTEM)) {
            window.freed().write(new byte[2]);
            ByteArrayOutputStream told = new ByteArrayOutputStream();
            Thread filler = Thread.ofVirtual().start(() -> {
                try {
                    window.fill(new ByteArrayInputStream(archive()), told);
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            window.ended();
            filler.join();
            assertTrue(told.size() <= 2 * Integer.BYTES, told.size() + " octets told");
        }
    }

    @Test
    void anArchiveComesOutPieceByPiece() throws Exception {
        byte[] archive = archive();
        ByteArrayOutputStream got = new ByteArrayOutputStream();
        ByteArrayOutputStream freed = new ByteArrayOutputStream();
        try (Window window = Window.of(disk, FILE_SYSTEM); RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            OutputStream said = window.pieces(got, freed);
            for (int at = 0, turn = 0; at < archive.length; at += piece, turn++) {
                int length = Math.min(piece, archive.length - at);
                file.seek(FILE_SYSTEM + (long) (turn % pieces) * piece);
                file.write(archive, at, length);
                byte[] told = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(length).array();
                said.write(told, 0, 1); // It may come in any parts.
                said.write(told, 1, 3);
                assertEquals(turn + 1, freed.size());
            }
        }
        assertArrayEquals(archive, got.toByteArray());
    }

    @Test
    void aPieceLargerThanOneIsRefusedAndMerlinToldToEnd() throws Exception {
        boolean[] closed = new boolean[1];
        OutputStream freed = new ByteArrayOutputStream() {
            @Override
            public void close() {
                closed[0] = true;
            }
        };
        try (Window window = Window.of(disk, FILE_SYSTEM)) {
            OutputStream said = window.pieces(OutputStream.nullOutputStream(), freed);
            byte[] told = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(piece + 1).array();
            assertThrows(IOException.class, () -> said.write(told));
        }
        assertTrue(closed[0]);
    }

    @Test
    void aDiskOfBeforeHasNone() throws Exception {
        assertNull(Window.of(disk, FILE_SYSTEM + 1));
    }
}
