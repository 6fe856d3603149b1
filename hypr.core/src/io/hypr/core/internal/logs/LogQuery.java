package io.hypr.core.internal.logs;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

import io.hypr.engine.Logs.Query;
import io.hypr.engine.Logs.Sink;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Answers one question about a log: finds where to begin, then reads on. */
public final class LogQuery {

    private final ContainerLog log;
    private final Query query;
    private final long since;
    private final long until;

    /**
     * @param log what is read
     * @param query what of it
     */
    public LogQuery(ContainerLog log, Query query) {
        this.log = log;
        this.query = query;
        this.since = query.since() == null ? Long.MIN_VALUE : nanos(query.since());
        this.until = query.until() == null ? Long.MAX_VALUE : nanos(query.until());
    }

    private static long nanos(Instant time) {
        return time.getEpochSecond() * 1_000_000_000 + time.getNano();
    }

    /**
     * @param sink takes the lines
     * @throws InterruptedException if the thread was interrupted while it waited for more
     */
    public void run(Sink sink) throws InterruptedException {
        try {
            long end = log.end();
            long first = since(end);
            long skip = 0;
            if (query.tail() >= 0) {
                first = tail(first, end);
                skip = Math.max(0, lines(first, end) - query.tail());
            }
            read(first, end, skip, sink);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The log " + log.segments().directory() + " cannot be read.", e);
        }
    }

    private void read(long first, long end, long skip, Sink sink) throws IOException, InterruptedException {
        long[] left = {skip};
        Instant[] last = {Instant.EPOCH};
        LineSplitter splitter = new LineSplitter((stream, time, bytes) -> {
            if (time >= since && time < until && left[0]-- <= 0) {
                if (last[0].getNano() != time % 1_000_000_000 || last[0].getEpochSecond() != time / 1_000_000_000) {
                    last[0] = Instant.ofEpochSecond(time / 1_000_000_000, time % 1_000_000_000);
                }
                sink.line(stream, last[0], bytes);
            }
        }, query.together() && skip == 0);
        try (LogReader reader = new LogReader(log, first)) {
            do {
                LogRecord r = reader.next(end);
                for (; r != null && r.time() < until; r = reader.next(end)) {
                    take(r, splitter);
                }
                if (r != null || !query.follow()) {
                    break;
                }
                end = reader.place();
            } while (log.await(end) && (end = log.end()) != 0);
            splitter.end();
        }
    }

    private void take(LogRecord r, LineSplitter splitter) {
        if (r.kind() == LogRecord.STDOUT && query.stdout() || r.kind() == LogRecord.STDERR && query.stderr()) {
            splitter.take(r);
        }
    }

    /** @return where to begin so that no line since the wanted moment is missed: a segment before the one in which it lies */
    private long since(long end) throws IOException {
        List<Long> numbers = log.segments().list();
        int from = numbers.size() - 1;
        while (query.since() != null && from > 0 && time(numbers.get(from), end) >= since) {
            from--;
        }
        return query.since() == null || from <= 0 ? 0 : Segments.place(numbers.get(from - 1), 0);
    }

    private long time(long segment, long end) throws IOException {
        try (LogReader reader = new LogReader(log, Segments.place(segment, 0))) {
            LogRecord r = reader.next(end);
            return r == null ? Long.MAX_VALUE : r.time();
        }
    }

    /** @return where to begin so that the wanted number of lines follows: a segment before the one in which they begin */
    private long tail(long first, long end) throws IOException {
        List<Long> numbers = log.segments().list();
        long found = 0;
        for (int at = numbers.size() - 1; at > 0; at--) {
            long place = Segments.place(numbers.get(at), 0);
            if (place <= first) {
                return first;
            }
            found += lines(place, Math.min(end, Segments.place(numbers.get(at) + 1, 0)));
            if (found > query.tail()) {
                return Math.max(first, Segments.place(numbers.get(at - 1), 0));
            }
        }
        return first;
    }

    private long lines(long from, long to) throws IOException {
        long[] count = new long[1];
        LineSplitter splitter = new LineSplitter((stream, time, bytes) -> {
            if (time >= since && time < until) {
                count[0]++;
            }
        });
        try (LogReader reader = new LogReader(log, from)) {
            for (LogRecord r = reader.next(to); r != null; r = reader.next(to)) {
                take(r, splitter);
            }
        }
        splitter.end();
        return count[0];
    }
}
