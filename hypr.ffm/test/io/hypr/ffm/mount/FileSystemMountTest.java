package io.hypr.ffm.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.ffm.call.ErrnoException;

/** Needs root. */
class FileSystemMountTest {

    private static final long MS_RDONLY = 1;

    @TempDir
    Path directory;

    @Test
    void aFileSystemIsThereUntilItIsRemoved() throws IOException {
        FileSystemMount.make("any", directory, "tmpfs", 0, "size=64k,mode=751");
        try {
            assertEquals(0751, (int) (Integer) Files.getAttribute(directory, "unix:mode") & 07777);
            Files.writeString(directory.resolve("file"), "x");
        } finally {
            assertTrue(FileSystemMount.remove(directory));
        }
        assertFalse(Files.exists(directory.resolve("file")));
        assertFalse(FileSystemMount.remove(directory), "nothing is mounted there");
    }

    @Test
    void flagsAreThoseOfTheKernel() throws IOException {
        FileSystemMount.make("any", directory, "tmpfs", MS_RDONLY, "");
        try {
            assertThrows(IOException.class, () -> Files.createFile(directory.resolve("file")));
        } finally {
            assertTrue(FileSystemMount.remove(directory));
        }
    }

    @Test
    void whatTheKernelRefusesIsAnError() {
        assertEquals(ErrnoException.ENODEV, assertThrows(ErrnoException.class, () -> FileSystemMount.make("x", directory, "no-such", 0, "")).errno());
        assertEquals(ErrnoException.EINVAL, assertThrows(ErrnoException.class, () -> FileSystemMount.make("x", directory, "tmpfs", 0, "no-such")).errno());
        Path missing = directory.resolve("missing");
        assertEquals(ErrnoException.ENOENT, assertThrows(ErrnoException.class, () -> FileSystemMount.make("x", missing, "tmpfs", 0, "")).errno());
        assertEquals(ErrnoException.ENOENT, assertThrows(ErrnoException.class, () -> FileSystemMount.remove(missing)).errno());
    }
}
