package io.hypr.image.internal.layer;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/**
 * Packs a merged archive into a SquashFS file with tar2sqfs (squashfs-tools-ng), which reads the archive as a stream: 15 MB of memory
 * whatever the image's size. lz4, since a container waits for what its guest unpacks: under emulation that takes a tenth of zstd's time,
 * for files a quarter larger.
 */
public final class SquashFs {

    private static final int KEPT_MESSAGE = 2000;

    private SquashFs() {
    }

    /**
     * Makes a file. The file is there and safe on the disk when this returns; nothing of it is there when this throws.
     *
     * @param archive what goes in
     * @param file the file; none is there
     * @param progress hears how far each layer is
     * @throws HyprException {@code EXHAUSTED} if the disk is full, {@code UNSUPPORTED} if tar2sqfs is not installed, and what reading the layers throws
     */
    public static void pack(MergedArchive archive, Path file, Progress progress) {
        boolean done = false;
        try {
            run(archive, file, progress);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                SquashTables.mend(channel);
                channel.force(true);
            }
            done = true;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The root file system " + file + " cannot be written.", e);
        } finally {
            if (!done) {
                delete(file);
            }
        }
    }

    private static void run(MergedArchive archive, Path file, Progress progress) throws IOException {
        Process process = start(file);
        boolean ended = false;
        try {
            StringBuffer said = new StringBuffer();
            Thread listener = Thread.ofVirtual().start(() -> listen(process, said));
            IOException broken = null;
            try (OutputStream out = new BufferedOutputStream(process.getOutputStream(), 1 << 18)) {
                archive.write(out, progress);
            } catch (IOException e) {
                broken = e;
            }
            if (!process.waitFor(10, TimeUnit.MINUTES)) {
                throw new HyprException(ErrorCode.TIMEOUT, "tar2sqfs did not finish " + file + " within 10 minutes.");
            }
            listener.join();
            ended = true;
            if (process.exitValue() != 0 || broken != null) {
                throw failed(file, process.exitValue(), said.toString().strip(), broken);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Packing " + file + " was cancelled.", e);
        } finally {
            if (!ended) {
                process.destroyForcibly().onExit().join();
            }
        }
    }

    private static Process start(Path file) {
        ProcessBuilder builder = new ProcessBuilder(List.of("tar2sqfs", "--quiet", "--compressor", "lz4", "--num-jobs",
                Integer.toString(Math.max(2, Runtime.getRuntime().availableProcessors())), "--defaults", "mode=0755,mtime=0", file.toString()));
        builder.environment().put("SOURCE_DATE_EPOCH", "0");
        builder.environment().put("LC_ALL", "C");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "tar2sqfs, which makes root file systems, cannot be started.", e)
                    .remedy("Install Debian's package squashfs-tools-ng.");
        }
    }

    private static void listen(Process process, StringBuffer said) {
        try (var reader = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (said.length() < KEPT_MESSAGE) {
                    said.append(line).append('\n');
                }
            }
        } catch (IOException e) {
            said.append(e.getMessage());
        }
    }

    private static HyprException failed(Path file, int status, String said, IOException broken) {
        if (said.contains("No space left") || said.contains("Disk quota")) {
            return new HyprException(ErrorCode.EXHAUSTED, "The disk of " + file.getParent() + " is full.", broken)
                    .remedy("Make room, or remove images that are not needed.");
        }
        return new HyprException(ErrorCode.INTERNAL, "tar2sqfs ended with status " + status + " while it made " + file + ": " + said, broken);
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The unfinished file " + file + " cannot be removed.", e);
        }
    }
}
