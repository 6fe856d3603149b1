package io.hypr.ffm.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.ffm.call.ErrnoException;

class MemoryFileTest {

    private static final long SIZE = 256L << 20;
    private static final byte[] WORDS = "somewhere in the middle".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @TempDir
    Path directory;

    private static void write(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(WORDS), at);
        }
    }

    private static byte[] read(Path file, long at) throws IOException {
        ByteBuffer words = ByteBuffer.allocate(WORDS.length);
        try (FileChannel channel = FileChannel.open(file)) {
            channel.read(words, at);
        }
        return words.array();
    }

    @Test
    void aSealedFileCannotBeChangedButMappedCopyOnWrite() throws Exception {
        try (MemoryFile file = MemoryFile.create("test", SIZE)) {
            write(file.path(), 100_000_000);
            file.seal();
            assertThrows(IOException.class, () -> write(file.path(), 100_000_000));
            try (FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                assertThrows(IOException.class, () -> channel.truncate(0));
                channel.map(FileChannel.MapMode.PRIVATE, 100_000_000, WORDS.length).put(new byte[WORDS.length]);
            }
            assertArrayEquals(WORDS, read(file.path(), 100_000_000));
        }
    }

    @Test
    void holesAreNotCopied() throws Exception {
        Path kept = directory.resolve("kept");
        try (MemoryFile file = MemoryFile.create("test", SIZE); MemoryFile again = MemoryFile.create("again", SIZE)) {
            write(file.path(), 5_000_000);
            write(file.path(), 100_000_000);
            long copied = MemoryFile.copy(file.path(), kept);
            assertTrue(copied < 1 << 20, copied + " bytes were copied");
            assertEquals(SIZE, Files.size(kept));
            assertTrue(((Number) Files.getAttribute(kept, "unix:size")).longValue() == SIZE);
            assertTrue(MemoryFile.copy(kept, again.path()) < 1 << 20, "the copy has holes too");
            assertArrayEquals(WORDS, read(again.path(), 5_000_000));
            assertArrayEquals(WORDS, read(again.path(), 100_000_000));
        }
    }

    @Test
    void blocksOfZerosBecomeHoles() throws Exception {
        Path from = directory.resolve("from");
        Path to = directory.resolve("to");
        byte[] content = new byte[3 << 20];
        for (int at : new int[] {0, 4095, 4096 * 7, 4096 * 8, (1 << 20) - 1, 1 << 20, content.length - 1}) {
            content[at] = 1;
        }
        Files.write(from, content);
        assertEquals(6 * 4096, MemoryFile.copy(from, to));
        assertArrayEquals(content, Files.readAllBytes(to));
        Files.write(from, new byte[10_000]);
        Files.delete(to);
        assertEquals(0, MemoryFile.copy(from, to));
        assertArrayEquals(new byte[10_000], Files.readAllBytes(to));
    }

    @Test
    void aClosedFileIsGone() throws Exception {
        MemoryFile file = MemoryFile.create("test", 4096);
        Path path = file.path();
        file.close();
        file.close();
        assertFalse(Files.exists(path) && path.toRealPath().toString().contains("memfd:test"));
    }

    @Test
    void whatIsMappedForWritingCannotBeSealed() throws Exception {
        try (MemoryFile file = MemoryFile.create("test", 4096);
                FileChannel channel = FileChannel.open(file.path(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            assertEquals(4096, channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096).capacity());
            assertEquals(ErrnoException.EBUSY, assertThrows(ErrnoException.class, file::seal).errno());
        }
    }
}
