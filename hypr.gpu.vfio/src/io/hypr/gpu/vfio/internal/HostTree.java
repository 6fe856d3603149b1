package io.hypr.gpu.vfio.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The host's kernel as it shows itself: {@code sys}, {@code proc}, {@code dev} and {@code lib} below one root. Tests put a root and a
 * kernel of their own there.
 */
public class HostTree {

    private static final long MODPROBE_SECONDS = 30;

    private final Path root;

    /** The host itself. */
    public HostTree() {
        this(Path.of("/"));
    }

    /** @param root what stands for {@code /} */
    protected HostTree(Path root) {
        this.root = root;
    }

    /**
     * @param relative such as {@code sys/bus/pci}
     * @return where that is
     */
    Path path(String relative) {
        return root.resolve(relative);
    }

    /**
     * @param file of the kernel's
     * @return its text without space around it; empty if it is not there or has nothing to say
     */
    String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return ""; // Devices go at any time, and some attributes answer with an error.
        }
    }

    /**
     * @param file of the kernel's
     * @return its lines; none if it is not there
     */
    List<String> lines(Path file) {
        return read(file).lines().toList();
    }

    /**
     * @param directory of the kernel's
     * @return what is in it, by name; nothing if it is not there
     */
    List<Path> list(Path directory) {
        try (Stream<Path> all = Files.list(directory)) {
            return all.sorted().toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // Processes and devices vanish while they are looked at.
        }
    }

    /**
     * @param link a symbolic link of the kernel's
     * @return the last name of what it points to; empty if it is not there
     */
    String target(Path link) {
        try {
            return Files.readSymbolicLink(link).getFileName().toString();
        } catch (IOException e) {
            return ""; // No link means no such relation.
        }
    }

    /**
     * @param link a symbolic link of the kernel's
     * @return what it points to; empty if it is not there
     */
    String wholeTarget(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // As above.
        }
    }

    /**
     * @param file of the kernel's
     * @return the same without symbolic links; itself if it is gone
     */
    Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            return file; // Nothing lies below a device that is gone.
        }
    }

    /**
     * Tells the kernel to do something.
     *
     * @param file an attribute in sysfs
     * @param text what is written, in one go
     * @throws IOException if the kernel refuses
     */
    protected void write(Path file, String text) throws IOException {
        Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.WRITE);
    }

    /**
     * Makes a device file somebody's.
     *
     * @param node the file
     * @param uid its owner from now on
     * @throws IOException if that cannot be
     */
    protected void own(Path node, int uid) throws IOException {
        Files.setAttribute(node, "unix:uid", uid);
    }

    /**
     * @param node a device file
     * @return who owns it
     * @throws IOException if that cannot be found out
     */
    protected int owner(Path node) throws IOException {
        return ((Integer) Files.getAttribute(node, "unix:uid")).intValue();
    }

    /**
     * @param group file of an IOMMU group, which one process can have open only
     * @return whether a process has it open
     */
    protected boolean isOpen(Path group) {
        try (FileChannel channel = FileChannel.open(group, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return !channel.isOpen();
        } catch (FileSystemException e) {
            return e.getReason() != null && e.getReason().contains("busy");
        } catch (IOException e) {
            return false; // What cannot be opened for another reason nobody has open.
        }
    }

    /**
     * Loads kernel modules with what they need.
     *
     * @param modules their names
     * @return what modprobe said of failures; empty = all are there
     */
    protected String modprobe(String... modules) {
        List<String> words = new ArrayList<>(List.of("modprobe", "-a"));
        words.addAll(List.of(modules));
        try {
            Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
            process.getOutputStream().close();
            if (!process.waitFor(MODPROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return "modprobe did not end in " + MODPROBE_SECONDS + " s";
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.exitValue() == 0 ? "" : said.isEmpty() ? "modprobe ended with status " + process.exitValue() : said;
        } catch (IOException e) {
            return "modprobe cannot be run: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted while modprobe ran";
        }
    }

    /** @return whether this process may change what sysfs shows */
    protected boolean isPrivileged() {
        return Files.isWritable(path("sys/bus/pci/drivers_probe"));
    }

    /** @return release of the running kernel */
    String release() {
        return read(path("proc/sys/kernel/osrelease"));
    }

    /** @return what no two boots of a host have in common */
    String bootId() {
        return read(path("proc/sys/kernel/random/boot_id"));
    }
}
