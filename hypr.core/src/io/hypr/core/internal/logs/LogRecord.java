package io.hypr.core.internal.logs;

import java.nio.ByteBuffer;

/**
 * One record of a log segment. Layout, little-endian: length of the payload u32, kind u8, zero u8, mark u16 (0x4C52), number of the
 * guest's frame u64 (0 = none), time u64 (ns since 1970), run u32, complement of the length u32, then the payload.
 *
 * @param kind one of the constants
 * @param number of the guest's frame
 * @param time ns since 1970
 * @param run how often the container had been started then
 * @param payload valid until the next record is read
 */
public record LogRecord(int kind, long number, long time, int run, ByteBuffer payload) {

    /** Octets before the payload. */
    public static final int HEADER = 32;
    /** Most octets of a payload: a frame's, and more than any checkpoint's. */
    public static final int MAX_PAYLOAD = 65_536;

    /** Output, standard output. */
    public static final int STDOUT = 1;
    /** Output, standard error. */
    public static final int STDERR = 2;
    /** Frames up to this number were taken that leave no other trace. */
    public static final int TAKEN = 3;
    /** Credit for an output stream is about to be sent: stream u32, number of the host's frame u64, credit in total u64. */
    public static final int GRANT = 4;
    /** The guest gave credit for standard input: in total u64. */
    public static final int CREDIT = 5;
    /** Standard input is about to be sent: number of the host's frame u64, octets in total u64. */
    public static final int INPUT = 6;
    /** The end of standard input is about to be sent: number of the host's frame u64, octets in total u64. */
    public static final int INPUT_END = 7;
    /** The container was started. */
    public static final int BEGIN = 8;
    /** It has ended: exit status u32, 1 if for lack of memory u32, time by the guest's clock u64 (ns since 1970). */
    public static final int END = 9;
    /** The first record of every segment: all that the records before it said, see {@link JournalState}. */
    public static final int CHECKPOINT = 10;

    private static final short MARK = 0x4C52;

    static void header(ByteBuffer out, int kind, int length, long number, long time, int run) {
        out.putInt(length).put((byte) kind).put((byte) 0).putShort(MARK).putLong(number).putLong(time).putInt(run).putInt(~length);
    }

    /**
     * Takes the next record from a buffer.
     *
     * @param in its position is moved past the record if there is a whole one
     * @return the record, or null if the rest of the buffer does not hold a whole one
     * @throws BadRecord if what is there is no record
     */
    static LogRecord next(ByteBuffer in) throws BadRecord {
        if (in.remaining() < HEADER) {
            return null;
        }
        int at = in.position();
        int length = in.getInt(at);
        if (length < 0 || length > MAX_PAYLOAD || in.getShort(at + 6) != MARK || in.getInt(at + 28) != ~length) {
            throw new BadRecord();
        }
        if (in.remaining() < HEADER + length) {
            return null;
        }
        in.position(at + HEADER + length);
        ByteBuffer payload = in.slice(at + HEADER, length).order(in.order());
        return new LogRecord(in.get(at + 4) & 0xFF, in.getLong(at + 8), in.getLong(at + 16), in.getInt(at + 24), payload);
    }

    /** @return whether it holds output */
    public boolean isOutput() {
        return kind == STDOUT || kind == STDERR;
    }

    /** What is there is no record: the host lost power while the segment was written. */
    static final class BadRecord extends Exception {
        private static final long serialVersionUID = 1;
    }
}
