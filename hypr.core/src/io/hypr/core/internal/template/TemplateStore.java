package io.hypr.core.internal.template;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.hypr.core.internal.records.Json;
import io.hypr.model.HyprException;

/**
 * The templates on the disk: a directory each, named by the id, with the record and, below {@code vm}, what the backend saved. A directory
 * has its name only when it is whole; what is being made has another one. Safe for use by several threads.
 */
final class TemplateStore {

    private static final String RECORD = "template.json";
    static final String DISK = "disk";
    private static final String MAKING = ".making-";

    private final Path home;
    private final Map<String, TemplateRecord> whole = new LinkedHashMap<>();

    TemplateStore(Path home) {
        this.home = home;
    }

    /** Reads what there is. What cannot be read is no template: it is removed. */
    synchronized void open() throws IOException {
        Files.createDirectories(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        for (Path directory : entries()) {
            if (!isMaking(directory)) {
                try {
                    TemplateRecord record = read(directory);
                    whole.put(record.id, record);
                } catch (IOException | HyprException e) {
                    delete(directory);
                }
            }
        }
    }

    private List<Path> entries() throws IOException {
        try (Stream<Path> all = Files.list(home)) {
            return all.sorted().toList();
        }
    }

    private static boolean isMaking(Path directory) {
        return directory.getFileName().toString().startsWith(MAKING);
    }

    private static TemplateRecord read(Path directory) throws IOException {
        TemplateRecord record = Json.read(Files.readString(directory.resolve(RECORD)), TemplateRecord.class);
        if (!name(record.id).equals(directory.getFileName().toString().replace(MAKING, ""))) {
            throw new IOException("The record in " + directory + " is another template's");
        }
        return record;
    }

    private static String name(String id) {
        return id.substring(0, 12);
    }

    /** @return what was being made when an earlier engine ended; its directory is removed by {@link #abandon} */
    synchronized List<TemplateRecord> leftovers() {
        List<TemplateRecord> found = new ArrayList<>();
        try {
            for (Path directory : entries()) {
                if (isMaking(directory)) {
                    try {
                        found.add(read(directory));
                    } catch (IOException | HyprException e) {
                        delete(directory); // It had not begun to start a microVM: the record comes before.
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("The templates in " + home + " cannot be listed", e);
        }
    }

    boolean hasRoom(long bytes) {
        try {
            return Files.getFileStore(home).getUsableSpace() >= bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("The room for templates in " + home + " cannot be found out", e);
        }
    }

    /** Begins a template: makes its directory. */
    synchronized Path begin(TemplateRecord record) throws IOException {
        Path directory = making(record);
        delete(directory);
        Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        note(record);
        return directory;
    }

    /** Writes the record of what is being made. */
    void note(TemplateRecord record) throws IOException {
        Path file = making(record).resolve(RECORD);
        Path fresh = file.resolveSibling(RECORD + ".new");
        Files.writeString(fresh, Json.write(record));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Writes the record of one that is whole; that is no use of it. */
    synchronized void rewrite(TemplateRecord record) throws IOException {
        Path file = directory(record.id).resolve(RECORD);
        FileTime used = Files.getLastModifiedTime(file);
        Path fresh = file.resolveSibling(RECORD + ".new");
        Files.writeString(fresh, Json.write(record));
        Files.setLastModifiedTime(fresh, used);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private Path making(TemplateRecord record) {
        return home.resolve(MAKING + name(record.id));
    }

    /** The template is whole: from now on it can be used. */
    synchronized void publish(TemplateRecord record) throws IOException {
        note(record);
        Files.move(making(record), directory(record.id), StandardCopyOption.ATOMIC_MOVE);
        whole.put(record.id, record);
    }

    /** Removes what was being made. */
    synchronized void abandon(TemplateRecord record) {
        delete(making(record));
    }

    synchronized TemplateRecord find(String id) {
        return whole.get(id);
    }

    synchronized List<TemplateRecord> list() {
        return List.copyOf(whole.values());
    }

    Path directory(String id) {
        return home.resolve(name(id));
    }

    /** What the backend saved. */
    Path saved(String id) {
        return directory(id).resolve("vm");
    }

    /** The disk of a template that has a root mounted. */
    Path disk(String id) {
        return directory(id).resolve(DISK);
    }

    synchronized void remove(String id) {
        whole.remove(id);
        delete(directory(id));
    }

    /** When it was last used, or made. */
    Instant used(String id) {
        try {
            return Files.getLastModifiedTime(directory(id).resolve(RECORD)).toInstant();
        } catch (IOException e) {
            return Instant.EPOCH; // It is being removed.
        }
    }

    void use(String id) {
        try {
            Files.setLastModifiedTime(directory(id).resolve(RECORD), FileTime.from(Instant.now()));
        } catch (IOException e) {
            throw new UncheckedIOException("The use of template " + id + " cannot be noted", e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            return; // It is gone already.
        } catch (IOException e) {
            throw new UncheckedIOException("The template in " + directory + " cannot be removed", e);
        }
    }
}
