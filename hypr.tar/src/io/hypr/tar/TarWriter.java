package io.hypr.tar;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes a tar archive as a stream: ustar, with an extended header where a name, a number or an attribute needs one. The same members give the same octets. */
public final class TarWriter {

    private static final int BLOCK = 512;
    private static final byte[] ZEROS = new byte[2 * BLOCK];

    private final OutputStream out;
    private long left;
    private int padding;

    /**
     * @param out written to, never closed here
     */
    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Begins a member. Its content follows by {@link #write}.
     *
     * @param entry the header
     * @throws IOException if writing fails
     */
    public void begin(TarEntry entry) throws IOException {
        complete();
        Map<String, byte[]> pax = new LinkedHashMap<>();
        extend(pax, "path", entry.name(), 100);
        extend(pax, "linkpath", entry.link(), 100);
        extend(pax, "size", entry.size(), 12);
        extend(pax, "uid", entry.uid(), 8);
        extend(pax, "gid", entry.gid(), 8);
        extend(pax, "mtime", entry.mtime(), 12);
        entry.xattrs().forEach((name, value) -> pax.put("SCHILY.xattr." + name, value));
        if (!pax.isEmpty()) {
            byte[] records = PaxRecords.format(pax);
            header(new TarEntry("PaxHeader", 'x', 0644, 0, 0, records.length, 0, "", 0, 0, Map.of()));
            out.write(records);
            out.write(ZEROS, 0, -records.length & BLOCK - 1);
        }
        header(entry);
        left = entry.size();
        padding = (int) (-left & BLOCK - 1);
    }

    /**
     * Writes content of the present member.
     *
     * @param from octets
     * @param offset from where in there
     * @param length how many
     * @throws IOException if writing fails, or there are more than the header said
     */
    public void write(byte[] from, int offset, int length) throws IOException {
        if (length > left) {
            throw new IOException("A member has more octets than its header says.");
        }
        out.write(from, offset, length);
        left -= length;
    }

    /**
     * Writes the end of the archive.
     *
     * @throws IOException if writing fails
     */
    public void end() throws IOException {
        complete();
        out.write(ZEROS);
        out.flush();
    }

    private void complete() throws IOException {
        if (left != 0) {
            throw new IOException("A member lacks " + left + " octets.");
        }
        out.write(ZEROS, 0, padding);
        padding = 0;
    }

    private void header(TarEntry entry) throws IOException {
        byte[] header = new byte[BLOCK];
        text(header, 0, 100, entry.name());
        octal(header, 100, 8, entry.mode());
        octal(header, 108, 8, entry.uid());
        octal(header, 116, 8, entry.gid());
        octal(header, 124, 12, entry.size());
        octal(header, 136, 12, entry.mtime());
        header[156] = (byte) entry.type();
        text(header, 157, 100, entry.link());
        text(header, 257, 8, "ustar\00000");
        octal(header, 329, 8, entry.major());
        octal(header, 337, 8, entry.minor());
        text(header, 148, 8, "        ");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        octal(header, 148, 7, sum);
        out.write(header);
    }

    private static void extend(Map<String, byte[]> pax, String key, String value, int maximum) {
        if (value.length() > maximum) {
            pax.put(key, value.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static void extend(Map<String, byte[]> pax, String key, long value, int length) {
        if (!fits(value, length)) {
            pax.put(key, Long.toString(value).getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static boolean fits(long value, int length) {
        return value >= 0 && value < 1L << 3 * (length - 1);
    }

    private static void text(byte[] header, int offset, int length, String value) {
        byte[] octets = value.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(octets, 0, header, offset, Math.min(octets.length, length));
    }

    /** Writes zero where a number does not fit: the extended header has it then. */
    private static void octal(byte[] header, int offset, int length, long value) {
        long rest = fits(value, length) ? value : 0;
        for (int i = length - 2; i >= 0; i--) {
            header[offset + i] = (byte) ('0' + (rest & 7));
            rest >>>= 3;
        }
    }
}
