package io.hypr.shell.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.hypr.shell.internal.grammar.InputException;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarReader;
import io.hypr.tar.TarWriter;

/** Files of the host as archives, for {@code cp}. */
public final class HostFiles {

    private static final int PART = 1 << 18;

    private record Dated(Path directory, int mode, long mtime) {
    }

    private HostFiles() {
    }

    /**
     * Writes a file, or a directory with all in it, with owners, modes and times.
     *
     * @param source the file; a link is not followed
     * @param name its name in the archive
     * @param to gets the archive
     * @throws IOException if it cannot be read or written
     */
    public static void pack(Path source, String name, OutputStream to) throws IOException {
        TarWriter tar = new TarWriter(to);
        Map<Object, String> links = new HashMap<>();
        pack(source, octets(name), tar, links);
        tar.end();
    }

    private static void pack(Path file, String name, TarWriter tar, Map<Object, String> links) throws IOException {
        Map<String, Object> a = Files.readAttributes(file, "unix:mode,uid,gid,size,nlink,lastModifiedTime,fileKey,rdev", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) a.get("mode");
        long mtime = Math.max(0, ((FileTime) a.get("lastModifiedTime")).toInstant().getEpochSecond());
        TarEntry entry = new TarEntry(name, type(mode), mode & 07777, (int) a.get("uid"), (int) a.get("gid"), 0, mtime, "", 0, 0, Map.of());
        switch (entry.type()) {
            case TarEntry.DIRECTORY -> {
                tar.begin(entry.named(name + "/"));
                try (Stream<Path> inside = Files.list(file)) {
                    for (Path child : inside.sorted().toList()) {
                        pack(child, name + "/" + octets(child.getFileName().toString()), tar, links);
                    }
                }
            }
            case TarEntry.SYMBOLIC_LINK -> tar.begin(new TarEntry(name, TarEntry.SYMBOLIC_LINK, 0777, entry.uid(), entry.gid(), 0, mtime,
                octets(Files.readSymbolicLink(file).toString()), 0, 0, Map.of()));
            case TarEntry.FILE -> {
                String other = (int) a.get("nlink") > 1 ? links.putIfAbsent(a.get("fileKey"), name) : null;
                if (other != null) {
                    tar.begin(entry.linked(name, other));
                } else {
                    content(file, entry, (long) a.get("size"), tar);
                }
            }
            case TarEntry.CHARACTER_DEVICE, TarEntry.BLOCK_DEVICE -> {
                long device = (long) a.get("rdev");
                tar.begin(new TarEntry(name, entry.type(), entry.mode(), entry.uid(), entry.gid(), 0, mtime, "", (int) (device >> 8 & 0xfff),
                    (int) (device & 0xff | device >> 12 & 0xfff00), Map.of()));
            }
            case TarEntry.FIFO -> tar.begin(entry);
            default -> {
                // A socket: no archive can hold one, and Docker leaves it out too.
            }
        }
    }

    /** Exactly as many octets as the header says, whatever happens to the file meanwhile. */
    private static void content(Path file, TarEntry entry, long size, TarWriter tar) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            tar.begin(new TarEntry(entry.name(), TarEntry.FILE, entry.mode(), entry.uid(), entry.gid(), size, entry.mtime(), "", 0, 0, Map.of()));
            byte[] part = new byte[PART];
            for (long left = size; left > 0;) {
                int n = in.read(part, 0, (int) Math.min(part.length, left));
                if (n < 0) {
                    throw new IOException(file + " became shorter while it was copied");
                }
                tar.write(part, 0, n);
                left -= n;
            }
        }
    }

    private static char type(int mode) {
        return switch (mode & 0170000) {
            case 0040000 -> TarEntry.DIRECTORY;
            case 0100000 -> TarEntry.FILE;
            case 0120000 -> TarEntry.SYMBOLIC_LINK;
            case 0020000 -> TarEntry.CHARACTER_DEVICE;
            case 0060000 -> TarEntry.BLOCK_DEVICE;
            case 0010000 -> TarEntry.FIFO;
            default -> 0;
        };
    }

    private static String octets(String name) {
        return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private static String text(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    /**
     * Unpacks an archive. Nothing of it comes to be outside of the directory, also not through links that the archive has.
     *
     * @param from the archive
     * @param directory is there
     * @throws IOException if it cannot be read or written
     */
    public static void unpack(InputStream from, Path directory) throws IOException {
        TarReader tar = new TarReader(from);
        Deque<Dated> directories = new ArrayDeque<>();
        for (TarEntry e = tar.next(); e != null; e = tar.next()) {
            Path file = aim(directory, text(e.name()));
            if (!file.equals(directory)) {
                unpack(tar, e, file, directory, directories);
            }
        }
        for (Dated d : directories) {
            Files.setPosixFilePermissions(d.directory, permissions(d.mode));
            Files.setLastModifiedTime(d.directory, FileTime.fromMillis(d.mtime * 1000));
        }
    }

    private static void unpack(TarReader tar, TarEntry e, Path file, Path directory, Deque<Dated> directories) throws IOException {
        boolean isDirectory = Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
        boolean wanted = e.type() == TarEntry.DIRECTORY;
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && isDirectory != wanted) {
            throw new InputException("cannot overwrite " + (isDirectory ? "directory" : "non-directory") + " \"" + file + "\" with "
                + (wanted ? "directory" : "non-directory") + " \"" + directory + "\"");
        }
        if (!isDirectory) {
            Files.deleteIfExists(file);
        }
        switch (e.type()) {
            case TarEntry.DIRECTORY -> {
                if (!isDirectory) {
                    Files.createDirectory(file);
                }
                directories.push(new Dated(file, e.mode(), e.mtime()));
            }
            case TarEntry.SYMBOLIC_LINK -> Files.createSymbolicLink(file, Path.of(text(e.link())));
            case TarEntry.HARD_LINK -> Files.createLink(file, aim(directory, text(e.link())));
            case TarEntry.FILE -> {
                try (OutputStream out = Files.newOutputStream(file, java.nio.file.StandardOpenOption.CREATE_NEW, java.nio.file.StandardOpenOption.WRITE)) {
                    byte[] part = new byte[PART];
                    for (int n = tar.read(part, 0, part.length); n >= 0; n = tar.read(part, 0, part.length)) {
                        out.write(part, 0, n);
                    }
                }
                Files.setAttribute(file, "unix:mode", e.mode());
                Files.setLastModifiedTime(file, FileTime.fromMillis(e.mtime() * 1000));
            }
            default -> throw new InputException("cannot copy " + file.getFileName() + ": it is a device or a pipe")
                .remedy("Copy what is around it, or take it as an archive: hypr cp CONTAINER:PATH -");
        }
    }

    /** The place of a name in the archive; all directories above it are real ones. */
    private static Path aim(Path directory, String name) throws IOException {
        Path at = directory;
        for (Path part : Path.of("/", name)) {
            if (part.toString().equals("..")) {
                throw new InputException("The archive has a name that leads out of it: " + name);
            }
            if (!at.equals(directory) && !Files.isDirectory(at, LinkOption.NOFOLLOW_LINKS)) {
                throw new InputException("The archive has a name below what is no directory: " + name);
            }
            if (!part.toString().equals(".") && !part.toString().isEmpty()) {
                at = at.resolve(part);
            }
        }
        return at;
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> all = EnumSet.noneOf(PosixFilePermission.class);
        PosixFilePermission[] values = PosixFilePermission.values();
        for (int bit = 0; bit < values.length; bit++) {
            if ((mode & 0400 >> bit) != 0) {
                all.add(values[bit]);
            }
        }
        return all;
    }
}
