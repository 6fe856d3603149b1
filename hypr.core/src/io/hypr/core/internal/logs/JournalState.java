package io.hypr.core.internal.logs;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * All that must be known of a run's link to go on with it: what was taken from the guest and what was promised to it. It follows from
 * the log's records alone, so that output and its bookkeeping become safe by the same write.
 */
public final class JournalState {

    /** Host's frames that matter are remembered this far back; the guest never has so many of them unacknowledged. */
    private static final int DEPTH = 512;

    /**
     * Something that is true once the guest has taken a frame of the host.
     *
     * @param number of the host's frame
     * @param total octets in total
     * @param last whether it was the end of the stream
     */
    record Promise(long number, long total, boolean last) {
    }

    private int run;
    private long taken;
    private boolean ended = true;
    private final long[] received = new long[3];
    private final List<Deque<Promise>> granted = List.of(new ArrayDeque<>(), new ArrayDeque<>(), new ArrayDeque<>());
    private long credit;
    private int status;
    private boolean oom;
    private long endTime;
    private final Deque<Promise> input = new ArrayDeque<>();

    /** @return number of the run */
    public int run() {
        return run;
    }

    /** @return number of the last frame that was taken */
    public long taken() {
        return taken;
    }

    /** @return whether the run has ended, or none has begun */
    public boolean ended() {
        return ended;
    }

    /**
     * @param stream 1 or 2
     * @return octets of output taken in this run
     */
    public long received(int stream) {
        return received[stream];
    }

    /** @return exit status of the last run that has ended */
    public int status() {
        return status;
    }

    /** @return whether it ended for lack of memory */
    public boolean oom() {
        return oom;
    }

    /** @return when it ended, ns since 1970 */
    public long endTime() {
        return endTime;
    }

    /** @return octets of standard input that the guest has allowed in this run */
    public long credit() {
        return credit;
    }

    /**
     * @param stream 1 or 2
     * @param guestTaken number of the host's last frame that the guest took
     * @return octets of output that the guest was allowed beyond the first credit
     */
    public long granted(int stream, long guestTaken) {
        return last(granted.get(stream), guestTaken).total;
    }

    /**
     * @param guestTaken number of the host's last frame that the guest took
     * @return octets of standard input that it took
     */
    public long input(long guestTaken) {
        return last(input, guestTaken).total;
    }

    /**
     * @param guestTaken number of the host's last frame that the guest took
     * @return whether it was told the end of standard input
     */
    public boolean inputEnded(long guestTaken) {
        return last(input, guestTaken).last;
    }

    private static Promise last(Deque<Promise> promises, long guestTaken) {
        Promise found = new Promise(0, 0, false);
        for (Promise p : promises) {
            if (p.number <= guestTaken) {
                found = p;
            }
        }
        return found;
    }

    private static void add(Deque<Promise> promises, Promise promise) {
        // A frame that an earlier engine announced and did not send has a number that is given again.
        while (!promises.isEmpty() && promises.getLast().number >= promise.number) {
            promises.removeLast();
        }
        promises.addLast(promise);
        if (promises.size() > DEPTH) {
            promises.removeFirst();
        }
    }

    /** @return whether anything was announced by a frame after this one; it is forgotten */
    boolean forget(long guestTaken) {
        boolean any = input.removeIf(p -> p.number > guestTaken);
        for (Deque<Promise> promises : granted) {
            any |= promises.removeIf(p -> p.number > guestTaken);
        }
        return any;
    }

    /** Takes a record's meaning in. */
    void apply(LogRecord r) {
        ByteBuffer p = r.payload();
        switch (r.kind()) {
            case LogRecord.BEGIN -> clear(r.run());
            case LogRecord.STDOUT, LogRecord.STDERR -> received[r.kind()] += p.remaining();
            case LogRecord.GRANT -> add(granted.get(p.getInt(0)), new Promise(p.getLong(4), p.getLong(12), false));
            case LogRecord.CREDIT -> credit = p.getLong(0);
            case LogRecord.INPUT, LogRecord.INPUT_END ->
                add(input, new Promise(p.getLong(0), p.getLong(8), r.kind() == LogRecord.INPUT_END));
            case LogRecord.END -> {
                ended = true;
                status = p.getInt(0);
                oom = p.getInt(4) == 1;
                endTime = p.getLong(8);
            }
            case LogRecord.CHECKPOINT -> read(p.duplicate().order(ByteOrder.LITTLE_ENDIAN));
            default -> {
                // TAKEN says nothing but its number.
            }
        }
        if (r.number() > taken) {
            taken = r.number();
        }
    }

    private void clear(int next) {
        run = next;
        taken = 0;
        ended = false;
        received[1] = 0;
        received[2] = 0;
        granted.get(1).clear();
        granted.get(2).clear();
        credit = 0;
        input.clear();
    }

    /** Forgets everything. */
    void reset() {
        clear(0);
        ended = true;
    }

    private void read(ByteBuffer in) {
        clear(in.getInt());
        ended = in.getInt() == 1;
        taken = in.getLong();
        received[1] = in.getLong();
        received[2] = in.getLong();
        credit = in.getLong();
        status = in.getInt();
        oom = in.getInt() == 1;
        endTime = in.getLong();
        promises(in, granted.get(1));
        promises(in, granted.get(2));
        promises(in, input);
    }

    private static void promises(ByteBuffer in, Deque<Promise> promises) {
        for (int left = in.getInt(); left > 0; left--) {
            promises.addLast(new Promise(in.getLong(), in.getLong(), in.getInt() == 1));
        }
    }

    /** @return the payload of a checkpoint */
    ByteBuffer checkpoint() {
        ByteBuffer out = ByteBuffer.allocate(80 + 20 * (granted.get(1).size() + granted.get(2).size() + input.size()))
            .order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(run).putInt(ended ? 1 : 0).putLong(taken).putLong(received[1]).putLong(received[2]).putLong(credit)
            .putInt(status).putInt(oom ? 1 : 0).putLong(endTime);
        promises(granted.get(1), out);
        promises(granted.get(2), out);
        promises(input, out);
        return out.flip();
    }

    private static void promises(Deque<Promise> promises, ByteBuffer out) {
        out.putInt(promises.size());
        for (Promise p : promises) {
            out.putLong(p.number).putLong(p.total).putInt(p.last ? 1 : 0);
        }
    }
}
