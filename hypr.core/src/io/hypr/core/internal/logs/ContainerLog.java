package io.hypr.core.internal.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a container has written, and how far its link has come: an append-only sequence of records in segment files. A record is safe
 * from the end of this process once {@link #flush} has returned; what a killed process left half written is cut off when the log is
 * opened again. One writer, any number of readers ({@link LogReader}); all methods may be called from any thread.
 */
public final class ContainerLog implements AutoCloseable {

    /** Octets of a segment, after which the next one is begun. */
    static final long SEGMENT = 4L << 20;
    /** A payload from this size on is written from where it is; smaller ones are gathered first. */
    private static final int LARGE = 16 << 10;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Segments segments;
    private final LogLimits limits;
    private final ByteBuffer out = ByteBuffer.allocate(2 * LARGE).order(ByteOrder.LITTLE_ENDIAN);
    private final JournalState state = new JournalState();
    private final List<Long> numbers = new ArrayList<>();
    private FileChannel file;
    private long size;
    private volatile long end;
    private boolean dirty = true;
    private boolean closed;
    private int wakes;
    private final Set<LogReader> readers = new HashSet<>();

    /**
     * @param directory of its files; made when something is written
     * @param limits when old output is dropped
     */
    public ContainerLog(Path directory, LogLimits limits) {
        this.segments = new Segments(directory);
        this.limits = limits;
    }

    Segments segments() {
        return segments;
    }

    /**
     * Looks at what the files say.
     *
     * @return the state after the last whole record; changes with the log, so read it under this log's lock or while nothing is written
     * @throws IOException if the files cannot be read
     */
    public synchronized JournalState state() throws IOException {
        recover();
        return state;
    }

    private void recover() throws IOException {
        if (!dirty) {
            return;
        }
        if (closed) {
            throw new IOException("The log " + segments.directory() + " is closed");
        }
        shut();
        out.clear();
        state.reset();
        numbers.clear();
        numbers.addAll(segments.list());
        while (!numbers.isEmpty() && !reopen(numbers.getLast())) {
            Files.delete(segments.file(numbers.removeLast()));
        }
        end = numbers.isEmpty() ? 0 : Segments.place(numbers.getLast(), size);
        dirty = false;
        notifyAll();
    }

    /** @return false if the segment was made and not filled */
    private boolean reopen(long number) throws IOException {
        state.reset();
        file = FileChannel.open(segments.file(number), StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer in = ByteBuffer.allocate(2 * (LogRecord.HEADER + LogRecord.MAX_PAYLOAD)).order(ByteOrder.LITTLE_ENDIAN).limit(0);
        size = 0;
        try {
            while (true) {
                int before = in.position();
                LogRecord r = LogRecord.next(in);
                if (r != null) {
                    if (size == 0 && r.kind() != LogRecord.CHECKPOINT) {
                        break;
                    }
                    state.apply(r);
                    size += in.position() - before;
                } else {
                    in.compact();
                    int n = file.read(in);
                    in.flip();
                    if (n < 0) {
                        break;
                    }
                }
            }
        } catch (LogRecord.BadRecord e) {
            dirty = true; // The host lost power while this was written; what is before it stands.
        }
        if (size == 0) {
            shut();
            return false;
        }
        file.truncate(size);
        file.position(size);
        return true;
    }

    /**
     * A run begins.
     *
     * @param run its number
     * @throws IOException if it cannot be written
     */
    public synchronized void begin(int run) throws IOException {
        put(LogRecord.BEGIN, 0, run, ByteBuffer.allocate(0));
        flush(0);
    }

    /**
     * A run has ended. Does nothing if that is known.
     *
     * @param number of the frame that said so; 0 = none did
     * @param status exit status
     * @param oom whether it ended for lack of memory
     * @param time when, ns since 1970
     * @throws IOException if it cannot be written
     */
    public synchronized void end(long number, int status, boolean oom, long time) throws IOException {
        recover();
        if (!state.ended()) {
            put(LogRecord.END, number, state.run(), little(16).putInt(status).putInt(oom ? 1 : 0).putLong(time).flip());
            flush(0);
        }
    }

    /**
     * Appends output; it is safe after {@link #flush}.
     *
     * @param stream 1 or 2
     * @param number of the frame
     * @param octets are read
     * @throws IOException if it cannot be written
     */
    public synchronized void output(int stream, long number, ByteBuffer octets) throws IOException {
        put(stream, number, state.run(), octets);
    }

    /**
     * Appends, at once, that the guest gave credit for standard input.
     *
     * @param number of the frame
     * @param octets how much more
     * @throws IOException if it cannot be written
     */
    public synchronized void credit(long number, long octets) throws IOException {
        recover();
        put(LogRecord.CREDIT, number, state.run(), little(8).putLong(state.credit() + octets).flip());
    }

    /**
     * Says that credit for output is about to be sent.
     *
     * @param stream 1 or 2
     * @param hostNumber of the frame
     * @param total octets beyond the first credit
     * @throws IOException if it cannot be written
     */
    public synchronized void grant(int stream, long hostNumber, long total) throws IOException {
        put(LogRecord.GRANT, 0, state.run(), little(20).putInt(stream).putLong(hostNumber).putLong(total).flip());
        flush(0);
    }

    /**
     * Says that standard input is about to be sent.
     *
     * @param hostNumber of the frame
     * @param total octets with this frame
     * @param last whether it is the end of the stream
     * @throws IOException if it cannot be written
     */
    public synchronized void input(long hostNumber, long total, boolean last) throws IOException {
        put(last ? LogRecord.INPUT_END : LogRecord.INPUT, 0, state.run(), little(16).putLong(hostNumber).putLong(total).flip());
        flush(0);
    }

    /**
     * A new engine has heard from the guest: what an earlier one announced and did not get to the guest is forgotten, since the numbers of those frames are
     * given again, perhaps to frames of another kind.
     *
     * @param guestTaken number of the host's last frame that the guest took
     * @throws IOException if it cannot be written
     */
    public synchronized void resume(long guestTaken) throws IOException {
        recover();
        if (state.forget(guestTaken)) {
            put(LogRecord.CHECKPOINT, 0, state.run(), state.checkpoint());
            flush(0);
        }
    }

    private static ByteBuffer little(int octets) {
        return ByteBuffer.allocate(octets).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Makes safe what was appended, and that frames were taken.
     *
     * @param taken number of the last frame; 0 = says nothing
     * @throws IOException if it cannot be written; everything since the last flush is then undone
     */
    public synchronized void flush(long taken) throws IOException {
        if (taken > state.taken()) {
            put(LogRecord.TAKEN, taken, state.run(), ByteBuffer.allocate(0));
        }
        write(NOTHING);
        end = numbers.isEmpty() ? 0 : Segments.place(numbers.getLast(), size);
        notifyAll();
        if (size >= limits.segment()) {
            roll();
        }
    }

    private void put(int kind, long number, int run, ByteBuffer payload) throws IOException {
        recover();
        if (file == null) {
            roll();
        }
        int length = payload.remaining();
        if (out.remaining() < LogRecord.HEADER + (length < LARGE ? length : 0)) {
            write(NOTHING);
        }
        Instant now = Instant.now();
        long time = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        state.apply(new LogRecord(kind, number, time, run, payload.slice().order(ByteOrder.LITTLE_ENDIAN)));
        LogRecord.header(out, kind, length, number, time, run);
        if (length < LARGE) {
            out.put(payload);
        } else {
            write(payload);
        }
    }

    /** Writes what was gathered, and a payload after it. */
    private void write(ByteBuffer payload) throws IOException {
        out.flip();
        ByteBuffer[] all = {out, payload};
        try {
            while (out.hasRemaining() || payload.hasRemaining()) {
                size += file.write(all);
            }
            out.clear();
        } catch (IOException e) {
            dirty = true;
            throw e;
        }
    }

    /** Begins the next segment, and drops the oldest ones that are over the limit. */
    private void roll() throws IOException {
        long number = numbers.isEmpty() ? 1 : numbers.getLast() + 1;
        dirty = true;
        shut();
        Files.createDirectories(segments.directory());
        file = FileChannel.open(segments.file(number), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        size = 0;
        numbers.add(number);
        dirty = false;
        put(LogRecord.CHECKPOINT, 0, state.run(), state.checkpoint());
        write(NOTHING);
        end = Segments.place(number, size);
        while (numbers.size() > limits.segments()) {
            Files.deleteIfExists(segments.file(numbers.removeFirst()));
        }
        notifyAll();
    }

    /**
     * @return the place after the last safe record
     * @throws IOException if the files cannot be read
     */
    public synchronized long end() throws IOException {
        recover();
        return end;
    }

    /**
     * Waits until there is something after a place, the run has ended, or the log is closed.
     *
     * @param place up to which the caller has read
     * @return false if nothing will come after that place in this run
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized boolean await(long place) throws InterruptedException {
        while (end == place && !state.ended() && !closed) {
            wait();
        }
        return end != place;
    }

    /**
     * Waits until there is something after a place, also in a run that has not begun yet.
     *
     * @param place up to which the caller has read
     * @return false if there is nothing, because the log was closed or {@link #wake} was called
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized boolean awaitMore(long place) throws InterruptedException {
        int before = wakes;
        while (end == place && !closed && wakes == before) {
            wait();
        }
        return !closed || end != place;
    }

    /** Ends all waits in {@link #awaitMore}, so that the callers look at what else has changed. */
    public synchronized void wake() {
        wakes++;
        notifyAll();
    }

    /**
     * Waits until whoever reads has read to the end, or the log is closed. After that it can be deleted and nobody misses anything of it.
     *
     * @param limit how long to wait at most; null = as long as it takes
     * @return whether all have read to the end
     * @throws InterruptedException if the thread was interrupted
     */
    public synchronized boolean awaitRead(Duration limit) throws InterruptedException {
        long deadline = limit == null ? 0 : System.nanoTime() + limit.toNanos();
        while (!closed && readers.stream().anyMatch(r -> r.reached() < end)) {
            long left = limit == null ? Long.MAX_VALUE : (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    synchronized void opened(LogReader reader) {
        readers.add(reader);
    }

    /** Everybody who waits for readers looks again. */
    synchronized void reached() {
        notifyAll();
    }

    synchronized void left(LogReader reader) {
        readers.remove(reader);
        notifyAll();
    }

    /**
     * @param place up to which somebody has read
     * @return about how many octets are after it
     */
    public long distance(long place) {
        long last = end;
        return (Segments.segment(last) - Segments.segment(place)) * limits.segment() + Segments.offset(last) - Segments.offset(place);
    }

    /**
     * @param stream 1 or 2
     * @return octets of output taken in this run
     */
    public synchronized long received(int stream) {
        return state.received(stream);
    }

    private void shut() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }

    /** Ends waiting and writing. The files stay. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        dirty = true;
        notifyAll();
        shut();
    }

    /**
     * Removes the files. The log must be closed.
     *
     * @throws IOException if that fails
     */
    public synchronized void delete() throws IOException {
        for (long number : segments.list()) {
            Files.deleteIfExists(segments.file(number));
        }
        Files.deleteIfExists(segments.directory());
    }
}
