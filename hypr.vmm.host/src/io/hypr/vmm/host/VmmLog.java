package io.hypr.vmm.host;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The file with what a VMM and its guest's console say, which hypr-start keeps within a limit.
 *
 * @param file its path
 */
public record VmmLog(Path file) {

    /** Octets that are kept at most. */
    public static final long LIMIT = 1 << 20;

    private static final int TAIL = 4096;
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * @return how much of an earlier start's words is in the file when the next one begins: half of the limit is kept then
     * @throws IOException if the file cannot be examined
     */
    public long begin() throws IOException {
        return Files.exists(file) ? Math.min(Files.size(file), LIMIT / 2) : 0;
    }

    /**
     * Waits until all that was said is in the file: who keeps it holds a lock meanwhile. To be asked when the VMM has ended; gives up after
     * a moment, since what is in the file then is better than nothing.
     */
    public void settle() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
            while (lock == null && System.nanoTime() < end) {
                LockSupport.parkNanos(200_000);
                lock = channel.tryLock(0, Long.MAX_VALUE, true);
            }
        } catch (IOException | java.nio.channels.OverlappingFileLockException e) {
            return; // There is no file, or somebody else here waits for it as well: nothing depends on this.
        }
    }

    /**
     * Tells whether a process keeps the log of a VMM: it ends by itself when the VMM has ended.
     *
     * @param pid of a process in the control group of a microVM
     * @return whether it does
     */
    public static boolean isKeptBy(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "comm")).strip().equals("hypr-log");
        } catch (IOException e) {
            return false; // It has ended meanwhile.
        }
    }

    /**
     * Reads what was said last.
     *
     * @param from where to begin
     * @return the lines of the end of the file; none if it cannot be read
     */
    public List<String> tail(long from) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            long begin = Math.max(from, open.length() - TAIL);
            byte[] tail = new byte[(int) Math.max(0, open.length() - begin)];
            open.seek(begin);
            open.readFully(tail);
            return new String(tail, StandardCharsets.UTF_8).strip().lines().toList();
        } catch (IOException e) {
            return List.of(); // A log that cannot be read says nothing; whoever asks says how the VMM ended.
        }
    }
}
