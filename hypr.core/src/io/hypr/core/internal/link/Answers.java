package io.hypr.core.internal.link;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What the agent says: payloads of frames from the guest, decoded. */
public final class Answers {

    private Answers() {
    }

    /**
     * WELCOME.
     *
     * @param generation of the protocol
     * @param taken number of the last frame that the guest took
     * @param sent number of the last frame that it sent
     * @param boot identity of the boot
     * @param up the guest's monotonic clock when the agent started, ns
     */
    public record Welcome(int generation, long taken, long sent, String boot, long up) {
    }

    /**
     * RESULT.
     *
     * @param id of the request
     * @param errno 0 = done
     * @param stage where it failed
     * @param value what the request says, or the place of the error
     */
    public record Result(long id, int errno, int stage, byte[] value) {

        private static final int PROCESS = 9;

        /** @return the value as text */
        public String text() {
            return new String(value, StandardCharsets.UTF_8);
        }

        /** @return numbers of processes: the value of a RESULT for PROCESSES; none if it failed */
        public List<Long> processes() {
            ByteBuffer list = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
            List<Long> numbers = new ArrayList<>();
            if (errno == 0 && list.remaining() >= Integer.BYTES) {
                list.getInt();
                for (; list.remaining() >= PROCESS; list.position(list.position() + PROCESS - Integer.BYTES)) {
                    numbers.add(Integer.toUnsignedLong(list.getInt()));
                }
            }
            return numbers;
        }

        /** @return the value as a number of 32 bits */
        public long number() {
            return value.length < 4 ? 0 : Integer.toUnsignedLong(ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).getInt());
        }
    }

    /**
     * EXIT.
     *
     * @param process its number
     * @param signaled whether a signal ended it
     * @param value exit status or signal
     * @param oom whether the kernel killed it or a child for lack of memory
     * @param time ns since 1970, by the guest's clock
     */
    public record Exit(long process, boolean signaled, int value, boolean oom, long time) {
        /** @return the status as a shell has it */
        public int status() {
            return signaled ? 128 + value & 0xFF : value;
        }
    }

    static Welcome welcome(ByteBuffer p) throws LinkException {
        try {
            p.position(16);
            int generation = p.getShort() & 0xFFFF;
            long taken = p.getLong();
            long sent = p.getLong();
            byte[] boot = new byte[16];
            p.get(boot);
            return new Welcome(generation, taken, sent, java.util.HexFormat.of().formatHex(boot), p.getLong());
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw tooShort("WELCOME");
        }
    }

    /**
     * @param p payload of a RESULT
     * @return it
     * @throws LinkException if it is too short
     */
    public static Result result(ByteBuffer p) throws LinkException {
        try {
            long id = Integer.toUnsignedLong(p.getInt());
            int errno = p.getInt();
            int stage = p.get() & 0xFF;
            int length = p.getInt();
            if (length < 0 || length > p.remaining()) {
                throw tooShort("RESULT");
            }
            byte[] value = new byte[length];
            p.get(value);
            return new Result(id, errno, stage, value);
        } catch (BufferUnderflowException e) {
            throw tooShort("RESULT");
        }
    }

    static Exit exit(ByteBuffer p) throws LinkException {
        try {
            long process = Integer.toUnsignedLong(p.getInt());
            boolean signaled = p.get() == 1;
            int value = p.get() & 0xFF;
            p.get();
            boolean oom = p.get() == 1;
            return new Exit(process, signaled, value, oom, p.getLong());
        } catch (BufferUnderflowException e) {
            throw tooShort("EXIT");
        }
    }

    static String note(ByteBuffer p) throws LinkException {
        try {
            p.get();
            int length = p.getInt();
            if (length < 0 || length > p.remaining()) {
                throw tooShort("NOTE");
            }
            byte[] text = new byte[length];
            p.get(text);
            return new String(text, StandardCharsets.UTF_8);
        } catch (BufferUnderflowException e) {
            throw tooShort("NOTE");
        }
    }

    static long number(ByteBuffer p, int octets) throws LinkException {
        if (p.remaining() < octets) {
            throw tooShort("frame");
        }
        return octets == 8 ? p.getLong() : Integer.toUnsignedLong(p.getInt());
    }

    private static LinkException tooShort(String what) {
        return new LinkException("A " + what + " from the guest is shorter than its fields");
    }
}
