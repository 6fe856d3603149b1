package io.hypr.krun;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The file with what a VMM and its guest's console say, which hypr-start keeps within a limit.
 *
 * @param file its path
 */
public record VmmLog(Path file) {

    /** Octets that are kept at most. */
    public static final long LIMIT = 1 << 20;

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /**
     * Waits until all that was said is in the file: who keeps it holds a lock meanwhile. To be asked when the VMM has ended; gives up after
     * a moment, since what is in the file then is better than nothing.
     */
    public void settle() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
            while (lock == null && System.nanoTime() < end) {
                LockSupport.parkNanos(2_000_000);
                lock = channel.tryLock(0, Long.MAX_VALUE, true);
            }
        } catch (IOException | java.nio.channels.OverlappingFileLockException e) {
            return; // There is no file, or somebody else here waits for it as well: nothing depends on this.
        }
    }
}
