package io.hypr.core.internal.logs;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;

/**
 * Reads a log's records in order from a place on, as far as they are safe. Until it is closed the log knows of it and can wait for it. Not safe for use by
 * several threads.
 */
public final class LogReader implements AutoCloseable {

    private static final int BUFFER = 4 * (LogRecord.HEADER + LogRecord.MAX_PAYLOAD);

    private final ContainerLog log;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private FileChannel file;
    private long segment;
    private long read;
    private volatile long reached;

    /**
     * @param log what is read
     * @param place where to begin: the place of a record, or 0 for the oldest
     */
    public LogReader(ContainerLog log, long place) {
        this.log = log;
        this.segment = Segments.segment(place);
        this.read = Segments.offset(place);
        this.reached = place;
        log.opened(this);
    }

    /** @return up to which place everything was handed out; for any thread */
    long reached() {
        return reached;
    }

    /** @return the place of the next record */
    public long place() {
        return Segments.place(segment, read - in.remaining());
    }

    /**
     * @param limit the place to read to, from {@link ContainerLog#end()}
     * @return the next record, or null at the limit
     * @throws IOException if the files cannot be read
     */
    public LogRecord next(long limit) throws IOException {
        LogRecord r = read(limit);
        if (r == null && reached < limit) {
            reached = limit;
            log.reached();
        }
        return r;
    }

    private LogRecord read(long limit) throws IOException {
        while (true) {
            try {
                LogRecord r = LogRecord.next(in);
                if (r != null) {
                    return r;
                }
            } catch (LogRecord.BadRecord e) {
                throw new IOException("The log " + log.segments().file(segment) + " is damaged before offset " + read);
            }
            long last = Segments.segment(limit);
            if (segment > last || segment == last && read >= Segments.offset(limit)) {
                return null;
            }
            if (file == null && !open(last)) {
                return null;
            }
            in.compact();
            if (segment == last) {
                in.limit((int) Math.min(in.capacity(), in.position() + Segments.offset(limit) - read));
            }
            int n = file.read(in, read);
            in.flip();
            if (n > 0) {
                read += n;
            } else if (segment < last) {
                in.limit(0).position(0);
                shut();
                segment++;
                read = 0;
            } else {
                return null;
            }
        }
    }

    /** Opens the segment, or the next one that has not been dropped. */
    private boolean open(long last) throws IOException {
        for (; segment <= last; segment++, read = 0) {
            if (segment > 0) {
                try {
                    file = FileChannel.open(log.segments().file(segment), StandardOpenOption.READ);
                    return true;
                } catch (NoSuchFileException e) {
                    long dropped = segment;
                    segment = log.segments().list().stream().filter(n -> n > dropped).findFirst().orElse(last + 1) - 1;
                }
            } else {
                segment = log.segments().list().stream().findFirst().orElse(last + 1) - 1;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        log.left(this);
        shut();
    }

    private void shut() throws IOException {
        if (file != null) {
            file.close();
            file = null;
        }
    }
}
