package io.hypr.core.internal.logs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of one log, numbered from 1. A place in the log is one number: segment times 2^32 plus offset.
 *
 * @param directory where they are
 */
record Segments(Path directory) {

    private static final String SUFFIX = ".log";

    Path file(long number) {
        return directory.resolve(String.format("%010d", number) + SUFFIX);
    }

    /** @return the numbers of those that are there, ascending */
    List<Long> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.matches("[0-9]{10}\\.log"))
                .map(n -> Long.valueOf(n.substring(0, 10))).sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    static long place(long segment, long offset) {
        return segment << 32 | offset;
    }

    static long segment(long place) {
        return place >>> 32;
    }

    static long offset(long place) {
        return place & 0xFFFFFFFFL;
    }
}
