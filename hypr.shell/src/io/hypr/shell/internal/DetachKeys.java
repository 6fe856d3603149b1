package io.hypr.shell.internal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.Words;

/** Standard input that ends when a sequence of keys comes, and passes on all else. A beginning of the sequence that does not go on is passed on too. */
public final class DetachKeys extends FilterInputStream {

    private static final String USUAL = "ctrl-p,ctrl-q";

    private final byte[] keys;
    private int matched;
    private final byte[] held;
    private int heldFrom;
    private int heldTo;
    private boolean detached;

    /**
     * @param in where keys come from
     * @param spec as Docker writes it: {@code ctrl-p,ctrl-q}
     */
    public DetachKeys(InputStream in, String spec) {
        super(in);
        keys = parse(spec.isEmpty() ? USUAL : spec);
        held = new byte[keys.length];
    }

    /**
     * Reads and checks the keys that {@code --detach-keys} names, before anything is made.
     *
     * @param words a command's words
     * @return the keys
     */
    public static String of(Words words) {
        String spec = words.get("detach-keys").orElse(USUAL);
        parse(spec.isEmpty() ? USUAL : spec);
        return spec;
    }

    private static byte[] parse(String spec) {
        String[] parts = spec.split(",", -1);
        byte[] all = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            String p = parts[i];
            if (p.length() == 1 && p.charAt(0) < 0x80) {
                all[i] = (byte) p.charAt(0);
            } else if (p.matches("ctrl-[a-z@\\[\\\\\\]^_]")) {
                char c = p.charAt("ctrl-".length());
                all[i] = (byte) (c >= 'a' ? c - 'a' + 1 : c - '@');
            } else {
                throw new HyprException(ErrorCode.INVALID, "Invalid escape keys (" + spec + ") provided")
                        .remedy("Give single characters or ctrl-x, with commas between them.");
            }
        }
        return all;
    }

    /** @return whether the sequence came */
    public boolean isDetached() {
        return detached;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        int n = 0;
        while (n == 0 && !detached) {
            if (heldFrom < heldTo) {
                b[off] = held[heldFrom++];
                return 1;
            }
            int c = in.read();
            if (c < 0) {
                return giveUp(b, off);
            }
            n = take((byte) c, b, off);
            while (n > 0 && n < len && heldFrom == heldTo && in.available() > 0) {
                int m = take((byte) in.read(), b, off + n);
                n += m;
                if (m == 0) {
                    break;
                }
            }
        }
        return n == 0 ? -1 : n;
    }

    /** @return how many octets were put into b: 0 while the sequence may still come, else 1 */
    private int take(byte c, byte[] b, int off) {
        if (c == keys[matched]) {
            matched++;
            detached = matched == keys.length;
            return 0;
        }
        if (matched == 0) {
            b[off] = c;
            return 1;
        }
        // What was held and this key: its longest end that begins the sequence is held on, what stands before it is plain.
        byte[] all = Arrays.copyOf(keys, matched + 1);
        all[matched] = c;
        int plain = 1;
        while (plain < all.length && !Arrays.equals(all, plain, all.length, keys, 0, all.length - plain)) {
            plain++;
        }
        matched = all.length - plain;
        System.arraycopy(all, 0, held, 0, plain);
        b[off] = held[0];
        heldFrom = 1;
        heldTo = plain;
        return 1;
    }

    private int giveUp(byte[] b, int off) {
        if (matched == 0) {
            return -1;
        }
        System.arraycopy(keys, 0, held, 0, matched);
        heldFrom = 1;
        heldTo = matched;
        matched = 0;
        b[off] = keys[0];
        return 1;
    }
}
