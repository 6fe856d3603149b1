package io.hypr.ffm.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.ffm.call.ErrnoException;

/** Needs root. */
class BindMountTest {

    @TempDir
    Path directory;

    @Test
    void aFileIsSeenInASecondPlaceAndStaysOpenWhenItIsNoMore() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "one\ntwo\n");
        Path place = Files.createFile(directory.resolve("place"));
        BindMount.make(file, place);
        try (BufferedReader open = Files.newBufferedReader(place)) {
            assertEquals("one", open.readLine());
            BindMount.remove(place);
            assertEquals("two", open.readLine());
        } finally {
            BindMount.remove(place);
        }
        assertEquals("", Files.readString(place));
    }

    @Test
    void whatIsMissingIsAnError() throws IOException {
        Path place = Files.createFile(directory.resolve("place"));
        Path missing = directory.resolve("missing");
        assertEquals(ErrnoException.ENOENT, assertThrows(ErrnoException.class, () -> BindMount.make(missing, place)).errno());
        assertEquals(ErrnoException.ENOENT, assertThrows(ErrnoException.class, () -> BindMount.remove(missing)).errno());
    }
}
