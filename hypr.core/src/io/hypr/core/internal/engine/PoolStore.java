package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.records.Json;
import io.hypr.core.internal.records.SpareRecord;
import io.hypr.model.HyprException;

/**
 * What is kept of the pool in the home: a file of each spare, which is there before anything else of it and goes last, and one that says how many are to wait.
 * The directory is there while it has any. Safe for use by any thread.
 */
final class PoolStore {

    private static final String SUFFIX = ".json";

    private final Path directory;
    private final Logger log;
    private int size;

    PoolStore(Path directory, Logger log) {
        this.directory = directory;
        this.log = log;
    }

    /** @return the spares that an earlier engine noted */
    synchronized List<SpareRecord> open() throws IOException {
        List<SpareRecord> records = new ArrayList<>();
        if (Files.notExists(directory)) {
            return records;
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                read(file, records);
            }
        }
        return records;
    }

    private void read(Path file, List<SpareRecord> records) throws IOException {
        try {
            if (file.equals(sizeFile())) {
                size = Integer.parseInt(Files.readString(file).strip());
            } else if (file.toString().endsWith(SUFFIX)) {
                records.add(Json.read(Files.readString(file), SpareRecord.class));
            } else {
                Files.delete(file); // It was being written, before anything else was made.
            }
        } catch (HyprException | NumberFormatException e) {
            log.error("What the pool noted in {} cannot be read, and is forgotten.", file, e);
            Files.delete(file);
        }
    }

    private Path sizeFile() {
        return directory.resolve("size");
    }

    private Path file(SpareRecord record) {
        return directory.resolve(record.id + SUFFIX);
    }

    /** Notes a spare, or what is new of it. */
    synchronized void list(SpareRecord record) {
        try {
            Files.createDirectories(directory);
            Path fresh = directory.resolve(record.id + ".new");
            Files.writeString(fresh, Json.write(record));
            Files.move(fresh, file(record), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("A microVM of the pool cannot be noted", e);
        }
    }

    /** Forgets a spare; it need not be noted. */
    void unlist(SpareRecord record) {
        try {
            Files.deleteIfExists(file(record));
        } catch (IOException e) {
            throw new UncheckedIOException("A microVM of the pool is still noted", e);
        }
    }

    /** @return how many are to wait of each template of an image for which nothing else was said; 0 = none */
    synchronized int size() {
        return size;
    }

    synchronized void size(int wanted) {
        try {
            if (wanted == 0) {
                Files.deleteIfExists(sizeFile());
            } else {
                Files.createDirectories(directory);
                Files.writeString(sizeFile(), Integer.toString(wanted));
            }
            size = wanted;
        } catch (IOException e) {
            throw new UncheckedIOException("The size of the pool cannot be kept", e);
        }
    }

    /** Removes the directory if nothing is in it. */
    synchronized void tidy() {
        try {
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            return; // It is used.
        } catch (IOException e) {
            throw new UncheckedIOException("The directory of the pool cannot be removed", e);
        }
    }
}
