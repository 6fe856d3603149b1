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
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * The file with what a VMM and its guest's console say, which hypr-start keeps within a limit.
 *
 * @param file its path
 */
public record VmmLog(Path file) {

    /** Octets that are kept at most. */
    public static final long LIMIT = 1 << 20;

    private static final int TAIL = 4096;
    /** Octets in which all is found that a kernel prints as it panics. */
    private static final int PANIC = 32 << 10;
    /** Characters of a line that are told of at most. */
    private static final int LINE = 200;
    private static final Pattern PANICKED = Pattern.compile("Kernel panic - not syncing: ([^\\p{Cntrl}]{1,200})");
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
        return end(from, TAIL).strip().lines().toList();
    }

    /**
     * Tells why the guest's kernel panicked. It is the guest that says so, which can print what it likes.
     *
     * @param from where to begin
     * @return a sentence; empty if it has not said that it did
     */
    public String panic(long from) {
        Optional<MatchResult> last = PANICKED.matcher(end(from, PANIC)).results().reduce((before, after) -> after);
        return last.map(found -> "The guest's kernel panicked: " + found.group(1).strip().replaceFirst("\\.$", "") + ".").orElse("");
    }

    /**
     * Tells the last line. It may be the guest's, which can print what it likes.
     *
     * @param from where to begin
     * @return a sentence; empty if there is no line
     */
    public String lastWords(long from) {
        Optional<String> last = tail(from).stream().map(line -> line.replaceAll("\\p{Cntrl}+", " ").strip())
            .filter(line -> !line.isEmpty()).reduce((before, after) -> after);
        return last.map(line -> "Its log ends with: " + line.substring(0, Math.min(line.length(), LINE))).orElse("");
    }

    private String end(long from, int most) {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            long begin = Math.max(from > open.length() ? 0 : from, open.length() - most); // It is shorter than it was once it was cut to its last half.
            byte[] end = new byte[(int) (open.length() - begin)];
            open.seek(begin);
            open.readFully(end);
            return new String(end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // A log that cannot be read says nothing; whoever asks says how the VMM ended.
        }
    }
}
