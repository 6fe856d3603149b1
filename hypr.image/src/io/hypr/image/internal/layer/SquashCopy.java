package io.hypr.image.internal.layer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Copies a directory out of a SquashFS file with unsquashfs (squashfs-tools): rdsquashfs of squashfs-tools-ng 1.2 fails on any directory but the root. */
public final class SquashCopy {

    private static final int KEPT_MESSAGE = 2000;

    private SquashCopy() {
    }

    /**
     * @param file the SquashFS file
     * @param path of a directory in it, absolute
     * @param to where the copy goes
     * @return false if no directory is there
     */
    public static boolean run(Path file, String path, Path to) {
        Path made = to.resolveSibling(to.getFileName() + ".making");
        try {
            delete(made);
            unpack(file, path.substring(1), made);
            Path directory = made.resolve(path.substring(1)).normalize();
            if (!directory.startsWith(made) || !Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            Files.move(directory, to);
            return true;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The directory " + path + " of " + file + " cannot be copied to " + to + ".", e);
        } finally {
            delete(made);
        }
    }

    private static void unpack(Path file, String path, Path made) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                List.of("unsquashfs", "-quiet", "-no-progress", "-no-wildcards", "-dest", made.toString(), file.toString(), path));
        builder.environment().put("LC_ALL", "C");
        builder.redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "unsquashfs, which copies directories of images, cannot be started.", e)
                    .remedy("Install Debian's package squashfs-tools.");
        }
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() == 0) {
                return;
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Copying " + path + " was cancelled.", e);
        }
        if (said.contains("No space left") || said.contains("Disk quota")) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The disk of " + made.getParent() + " is full.").remedy("Make room there.");
        }
        throw new HyprException(ErrorCode.INTERNAL, "unsquashfs ended with status " + process.exitValue() + " while it copied " + path + " of " + file + ": "
                + said.substring(0, Math.min(said.length(), KEPT_MESSAGE)));
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The unfinished copy " + directory + " cannot be removed.", e);
        }
    }
}
