package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.shell.internal.grammar.InputException;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarWriter;

class HostFilesTest {

    @TempDir
    Path directory;

    private void unpack(TarEntry... entries) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(archive);
        for (TarEntry e : entries) {
            tar.begin(e);
            tar.write(new byte[(int) e.size()], 0, (int) e.size());
        }
        tar.end();
        HostFiles.unpack(new ByteArrayInputStream(archive.toByteArray()), Files.createDirectories(directory.resolve("to")));
    }

    private static TarEntry entry(String name, char type, long size, String link) {
        return new TarEntry(name, type, 0644, 0, 0, size, 0, link, 0, 0, Map.of());
    }

    @Test
    void aTreeComesOutAsItWentIn() throws IOException {
        Path from = Files.createDirectories(directory.resolve("from"));
        Path sub = Files.createDirectory(from.resolve("süb"));
        Files.write(sub.resolve("data"), new byte[100_001]);
        Files.setAttribute(sub.resolve("data"), "unix:mode", 0751);
        Files.createLink(from.resolve("twin"), sub.resolve("data"));
        Files.createSymbolicLink(from.resolve("link"), Path.of("../nowhere"));
        Files.setLastModifiedTime(sub, FileTime.fromMillis(1_500_000_000_000L));
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        HostFiles.pack(from, "new", archive);
        Path to = Files.createDirectories(directory.resolve("to"));
        HostFiles.unpack(new ByteArrayInputStream(archive.toByteArray()), to);
        Path back = to.resolve("new");
        assertArrayEquals(new byte[100_001], Files.readAllBytes(back.resolve("süb/data")));
        assertEquals(0751, (int) Files.getAttribute(back.resolve("süb/data"), "unix:mode") & 07777);
        assertEquals(2, Files.getAttribute(back.resolve("twin"), "unix:nlink"));
        assertEquals(Path.of("../nowhere"), Files.readSymbolicLink(back.resolve("link")));
        assertEquals(1_500_000_000_000L, Files.getLastModifiedTime(back.resolve("süb")).toMillis());
    }

    @Test
    void nothingComesToBeOutsideOfTheDirectory() throws IOException {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        assertThrows(InputException.class, () -> unpack(entry("../outside/x", TarEntry.FILE, 1, "")));
        assertThrows(InputException.class,
            () -> unpack(entry("l", TarEntry.SYMBOLIC_LINK, 0, outside.toString()), entry("l/x", TarEntry.FILE, 1, "")));
        assertFalse(Files.exists(outside.resolve("x")));
    }

    @Test
    void aDirectoryAndWhatIsNoneDoNotReplaceEachOther() throws IOException {
        Files.createDirectories(directory.resolve("to/d"));
        Files.writeString(directory.resolve("to/f"), "old");
        assertThrows(InputException.class, () -> unpack(entry("d", TarEntry.FILE, 1, "")));
        assertThrows(InputException.class, () -> unpack(entry("f/", TarEntry.DIRECTORY, 0, "")));
        unpack(entry("f", TarEntry.FILE, 1, ""));
        assertEquals("\0", Files.readString(directory.resolve("to/f")));
    }
}
