package io.hypr.image.provider;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import io.hypr.ffm.memory.Extents;
import io.hypr.ffm.memory.MemoryFile;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Writable disks: sparse files with an empty ext4 file system and, beyond it, room for archives on their way. One is made for each size and kept;
 * the disks are copies of it, of which only the few blocks that are not zero take room.
 */
final class WritableDisks {

    private static final long LEAST = 16L << 20;
    private static final long STEP = 1L << 20;
    private static final int BLOCK = 4096;
    /** All empty disks have the same identity: the guest mounts them by device, and the same size gives the same octets. */
    private static final String UUID = "9a2f4c1e-5b1d-4e0a-8c57-6879707265aa";

    /** Not on every daemon's search path. */
    private static final String MKFS = "/sbin/mkfs.ext4";
    private static final String DUMP = "/sbin/dumpe2fs";
    /** Begins what dumpe2fs says of the blocks of a group. */
    private static final String FREE = "  Free blocks:";

    private final Path templates;
    private final Turns turns = new Turns();
    private final Map<String, NavigableMap<Long, Long>> free = new ConcurrentHashMap<>();

    WritableDisks(Path templates) {
        this.templates = templates;
    }

    void make(Path file, long size, int uid) {
        if (size < LEAST || size % STEP != 0 || uid < 0) {
            throw new HyprException(ErrorCode.INVALID, "A disk of " + size + " octets for user " + uid
                    + " cannot be made: the size is a multiple of 1 MiB and at least 16 MiB.");
        }
        if (Files.exists(file)) {
            return;
        }
        copy(turns.take(Long.toString(size), () -> template(size)), file, uid);
    }

    void copy(Path disk, Path file, int uid) {
        Path copy = file.resolveSibling("." + file.getFileName() + ".making");
        try {
            try {
                copy(disk, copy);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-------"));
                give(copy, uid);
                Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(copy);
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The disk " + file + " for user " + uid + " cannot be made.", e);
        }
    }

    /** Counts in blocks that are free on the empty disk: what is there now was written for files and directories. */
    long written(Path file) throws IOException {
        long size = Files.size(file) - RootFileSystems.WINDOW;
        String id = Long.toString(size);
        NavigableMap<Long, Long> room = free.get(id);
        if (room == null) {
            room = free(turns.take(id, () -> template(size)));
            free.put(id, room);
        }
        long octets = 0;
        try (Extents extents = new Extents(file)) {
            while (extents.next()) {
                Map.Entry<Long, Long> first = room.floorEntry(extents.from());
                for (var r : room.tailMap(first == null ? extents.from() : first.getKey(), true).headMap(extents.to(), false).entrySet()) {
                    octets += Math.max(0, Math.min(r.getValue(), extents.to()) - Math.max(r.getKey(), extents.from()));
                }
            }
        }
        return octets;
    }

    /** @return stretches of free blocks on a disk of ours, each from its first octet to the one after its last */
    private static NavigableMap<Long, Long> free(Path disk) throws IOException {
        NavigableMap<Long, Long> stretches = new TreeMap<>();
        run(disk.getParent(), DUMP, disk.toString()).lines().filter(l -> l.startsWith(FREE)).forEach(l -> {
            for (String stretch : l.substring(FREE.length()).strip().split(", ")) {
                String[] ends = stretch.split("-");
                if (!stretch.isEmpty()) {
                    stretches.put(Long.parseLong(ends[0]) * BLOCK, (Long.parseLong(ends[ends.length - 1]) + 1) * BLOCK);
                }
            }
        });
        return stretches;
    }

    private static void copy(Path from, Path to) throws IOException {
        try {
            MemoryFile.copy(from, to);
        } catch (IOException e) {
            if (String.valueOf(e.getMessage()).contains("No space left")) {
                throw full(to.getParent());
            }
            throw e;
        }
    }

    private static HyprException full(Path directory) {
        return new HyprException(ErrorCode.EXHAUSTED, "The disk of " + directory + " is full.").remedy("Make room, or remove what is not needed.");
    }

    /** Each microVM runs as a user of its own, which no other microVM's disk lets in. */
    private static void give(Path copy, int uid) throws IOException {
        try {
            Files.setAttribute(copy, "unix:uid", uid);
        } catch (IOException e) {
            if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
                throw e;
            }
            throw new HyprException(ErrorCode.DENIED, "The disk of a container is given to the user of its microVM, for which hyprd lacks "
                    + "the privileges of root (" + uid + ").", e)
                    .remedy("Run hyprd as root; 'hypr doctor' says what else needs that.");
        }
    }

    private Path template(long size) {
        Path template = templates.resolve("empty-" + size + "-" + RootFileSystems.WINDOW + ".ext4");
        if (Files.isRegularFile(template)) {
            return template;
        }
        try {
            Files.createDirectories(templates);
            Path made = Files.createTempFile(templates, "making-", ".ext4");
            Path lean = made.resolveSibling(made.getFileName() + ".lean");
            try {
                try (RandomAccessFile sparse = new RandomAccessFile(made.toFile(), "rw")) {
                    sparse.setLength(size + RootFileSystems.WINDOW);
                }
                // The file is zero, so that no guest needs to write zeros over its tables of inodes in its first seconds.
                run(templates, MKFS, "-q", "-F", "-b", Integer.toString(BLOCK), "-m", "0", "-U", UUID, "-O", "sparse_super2,metadata_csum,64bit", "-E",
                        "hash_seed=" + UUID + ",assume_storage_prezeroed=1,nodiscard,root_owner=0:0,num_backup_sb=0", made.toString(),
                        Long.toString(size / BLOCK));
                copy(made, lean); // Most of what it wrote are zeros.
                try (FileChannel channel = FileChannel.open(lean, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
                Files.move(lean, template, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(lean);
                Files.deleteIfExists(made);
            }
            return template;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The empty disk " + template + " cannot be made.", e);
        }
    }

    private static String run(Path directory, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("SOURCE_DATE_EPOCH", "0");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The program " + command[0] + ", which HYPR needs for disks, cannot be started.", e)
                    .remedy("Install Debian's package e2fsprogs.");
        }
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
            int status = process.waitFor();
            if (said.contains("No space left")) {
                throw full(directory);
            }
            if (status != 0) {
                throw new HyprException(ErrorCode.INTERNAL, command[0] + " ended with status " + status + ": " + said);
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Making a disk in " + directory + " was cancelled.", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
