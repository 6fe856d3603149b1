package io.hypr.shell.internal.client;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a client asks for: the COMMAND of the client protocol.
 *
 * @param flags bit n: descriptor n is a terminal
 * @param rows of the terminal
 * @param columns of the terminal
 * @param directory where the client was started
 * @param words what was typed after {@code hypr}
 * @param environment variables of the client
 */
record Request(int flags, int rows, int columns, Path directory, List<String> words, Map<String, String> environment) {

    private static final int VERSION = 1;
    private static final int MOST = 8 << 20;

    /** What a client sent is no command of this protocol. */
    static final class Malformed extends IOException {
        private static final long serialVersionUID = 1;

        Malformed(String sentence, Throwable cause) {
            super(sentence, cause);
        }
    }

    static Request read(Frames frames) throws IOException {
        Frames.Frame first = frames.read();
        if (first == null) {
            return null;
        }
        if (first.type() != Frames.COMMAND || first.payload().remaining() < 4) {
            throw new Malformed("A connection begins with COMMAND, not with a frame of type " + first.type(), null);
        }
        int size = first.payload().getInt(0);
        if (size < first.payload().remaining() || size > MOST) {
            throw new Malformed("A command of " + Integer.toUnsignedString(size) + " octets cannot be read; at most " + MOST + " can", null);
        }
        ByteBuffer all = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(first.payload());
        while (all.hasRemaining()) {
            Frames.Frame more = frames.read();
            if (more == null || more.type() != Frames.MORE || more.payload().remaining() > all.remaining()) {
                throw new Malformed("A command ends before its " + size + " octets have come", null);
            }
            all.put(more.payload());
        }
        return decode(all.flip());
    }

    /** Decodes a whole payload. */
    static Request decode(ByteBuffer b) throws IOException {
        try {
            b.getInt();
            int version = Short.toUnsignedInt(b.getShort());
            if (version != VERSION) {
                throw new Malformed("The client speaks version " + version + " of the protocol, hyprd version " + VERSION
                        + ". Use the hypr that came with this hyprd, or restart hyprd with `hypr daemon stop`.", null);
            }
            int flags = Short.toUnsignedInt(b.getShort());
            int rows = Short.toUnsignedInt(b.getShort());
            int columns = Short.toUnsignedInt(b.getShort());
            b.getInt();
            String cwd = string(b);
            // A directory that was removed has no name, and nothing is found in it.
            Path directory = Path.of(cwd.isEmpty() ? "/proc/self/cwd (deleted)" : cwd);
            List<String> words = strings(b);
            Map<String, String> environment = new LinkedHashMap<>();
            for (String s : strings(b)) {
                int equals = s.indexOf('=');
                if (equals > 0) {
                    environment.put(s.substring(0, equals), s.substring(equals + 1));
                }
            }
            return new Request(flags, rows, columns, directory, words, environment);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new Malformed("The client sent a command that cannot be decoded", e);
        }
    }

    private static List<String> strings(ByteBuffer b) {
        int n = b.getInt();
        if (n < 0 || n > b.remaining() / 4) {
            throw new BufferUnderflowException();
        }
        List<String> all = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            all.add(string(b));
        }
        return all;
    }

    private static String string(ByteBuffer b) {
        int n = b.getInt();
        if (n < 0 || n > b.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[n];
        b.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
