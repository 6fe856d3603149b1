package io.hypr.tar;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads a tar archive as a stream: ustar, pax and GNU long names, numbers in base 256. The reader holds one header at a time, however large
 * the archive is. Sparse members are refused: builders of images write none.
 */
public final class TarReader {

    private static final int BLOCK = 512;
    private static final int MAXIMUM_NAME = 4096;
    private static final int MAXIMUM_EXTENSION = 1 << 20;
    private static final String XATTR = "SCHILY.xattr.";

    private final InputStream in;
    private final byte[] header = new byte[BLOCK];
    private final byte[] buffer = new byte[1 << 16];
    private long left;
    private int padding;

    /**
     * @param in read block by block, to the end of the archive and no further; never closed here
     */
    public TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * Goes to the next member, past what was not read of the last one.
     *
     * @return its header, or null at the end of the archive
     * @throws IOException if reading fails; {@link TarException} if the archive is not sound
     */
    public TarEntry next() throws IOException {
        finish();
        Map<String, byte[]> pax = Map.of();
        String longName = null;
        String longLink = null;
        while (readHeader()) {
            char type = (char) (header[156] & 0xff);
            switch (type) {
                case 'x' -> pax = PaxRecords.parse(extension(MAXIMUM_EXTENSION));
                case 'g' -> extension(MAXIMUM_EXTENSION);
                case 'L' -> longName = cString(extension(MAXIMUM_NAME + 1));
                case 'K' -> longLink = cString(extension(MAXIMUM_NAME + 1));
                default -> {
                    return member(type, pax, longName, longLink);
                }
            }
        }
        if (!pax.isEmpty() || longName != null || longLink != null) {
            throw new TarException("The archive ends after an extended header, without the member that it is for.");
        }
        return null;
    }

    /**
     * Reads content of the present member.
     *
     * @param to where to
     * @param offset from where in there
     * @param length how many octets at most
     * @return how many there were; -1 at the end of the member
     * @throws IOException if reading fails or the archive is cut
     */
    public int read(byte[] to, int offset, int length) throws IOException {
        if (left == 0) {
            return -1;
        }
        int n = in.read(to, offset, (int) Math.min(length, left));
        if (n < 0) {
            throw new TarException("The archive is cut short: " + left + " octets of a member are missing.");
        }
        left -= n;
        return n;
    }

    private void finish() throws IOException {
        while (left > 0) {
            read(buffer, 0, buffer.length);
        }
        if (padding > 0 && in.readNBytes(buffer, 0, padding) < padding) {
            throw new TarException("The archive is cut short in the padding of a member.");
        }
        padding = 0;
    }

    /** Returns false at the end: two blocks of zeros, or no more blocks, which some builders leave out. */
    private boolean readHeader() throws IOException {
        for (int zeros = 0; zeros < 2; zeros++) {
            int n = in.readNBytes(header, 0, BLOCK);
            if (n == 0) {
                return false;
            }
            if (n < BLOCK) {
                throw new TarException("The archive is cut short in a header.");
            }
            int unsigned = 0;
            int signed = 0;
            boolean blank = true;
            for (int i = 0; i < BLOCK; i++) {
                byte b = i >= 148 && i < 156 ? (byte) ' ' : header[i];
                unsigned += b & 0xff;
                signed += b;
                blank &= header[i] == 0;
            }
            if (!blank) {
                long sum = number(148, 8, "checksum");
                if (sum != unsigned && sum != signed) {
                    throw new TarException("A header has the checksum " + sum + " where " + unsigned + " is due.");
                }
                if (zeros == 1) {
                    throw new TarException("A member follows the end of the archive.");
                }
                return true;
            }
        }
        return false;
    }

    private byte[] extension(int maximum) throws IOException {
        long size = number(124, 12, "size");
        if (size < 0 || size > maximum) {
            throw new TarException("An extended header has " + size + " octets; at most " + maximum + " are allowed.");
        }
        byte[] data = in.readNBytes((int) size);
        padding = padding(size);
        if (data.length < size) {
            throw new TarException("The archive is cut short in an extended header.");
        }
        finish();
        return data;
    }

    private TarEntry member(char flag, Map<String, byte[]> pax, String longName, String longLink) throws IOException {
        String name = longName != null ? longName : ustarName();
        String link = longLink != null ? longLink : field(157, 100);
        long size = number(124, 12, "size");
        long uid = number(108, 8, "owner");
        long gid = number(116, 8, "group");
        long mtime = number(136, 12, "time");
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> record : pax.entrySet()) {
            String key = record.getKey();
            String value = new String(record.getValue(), StandardCharsets.ISO_8859_1);
            if (key.startsWith("GNU.sparse.")) {
                throw new TarException("The member " + TarEntry.readable(name) + " is sparse, which layers of images cannot be.");
            } else if (key.startsWith(XATTR)) {
                xattrs.put(key.substring(XATTR.length()), record.getValue());
            } else if (!value.isEmpty()) {
                switch (key) {
                    case "path" -> name = value;
                    case "linkpath" -> link = value;
                    case "size" -> size = decimal(key, value);
                    case "uid" -> uid = decimal(key, value);
                    case "gid" -> gid = decimal(key, value);
                    case "mtime" -> mtime = seconds(value);
                    default -> {
                        // Names of owners, access times and comments do not matter: Docker does not restore them either.
                    }
                }
            }
        }
        char type = type(flag, name);
        boolean file = type == TarEntry.FILE;
        check(name, link, size);
        left = file ? size : 0;
        padding = padding(left);
        boolean device = type == TarEntry.CHARACTER_DEVICE || type == TarEntry.BLOCK_DEVICE;
        return new TarEntry(name, type, (int) number(100, 8, "mode") & 07777, uid, gid, left, mtime,
                type == TarEntry.HARD_LINK || type == TarEntry.SYMBOLIC_LINK ? link : "",
                device ? (int) number(329, 8, "major number") : 0, device ? (int) number(337, 8, "minor number") : 0,
                xattrs.isEmpty() ? Map.of() : xattrs);
    }

    private static void check(String name, String link, long size) throws TarException {
        if (name.isEmpty() || name.length() > MAXIMUM_NAME || link.length() > MAXIMUM_NAME || name.indexOf(0) >= 0 || link.indexOf(0) >= 0) {
            throw new TarException("A member's name has " + name.length() + " octets and its link " + link.length() + "; 1 to "
                    + MAXIMUM_NAME + " without zeros are allowed.");
        }
        if (size < 0 || size > Long.MAX_VALUE / 2) {
            throw new TarException("The member " + TarEntry.readable(name) + " has a size of " + size + ".");
        }
    }

    private static char type(char flag, String name) throws TarException {
        return switch (flag) {
            case 0, '0', '7' -> name.endsWith("/") ? TarEntry.DIRECTORY : TarEntry.FILE;
            case '1', '2', '3', '4', '5', '6' -> flag;
            case 'S' -> throw new TarException("The member " + TarEntry.readable(name) + " is sparse, which layers of images cannot be.");
            default -> throw new TarException("The member " + TarEntry.readable(name) + " is of the unknown type " + (int) flag + ".");
        };
    }

    private String ustarName() {
        String name = field(0, 100);
        boolean posix = header[257] == 'u' && header[258] == 's' && header[262] == 0;
        if (!posix || header[345] == 0) {
            return name;
        }
        boolean star = header[508] == 't' && header[509] == 'a' && header[510] == 'r' && header[511] == 0;
        return field(345, star ? 131 : 155) + "/" + name;
    }

    private String field(int offset, int length) {
        int n = 0;
        while (n < length && header[offset + n] != 0) {
            n++;
        }
        return new String(header, offset, n, StandardCharsets.ISO_8859_1);
    }

    private static String cString(byte[] data) {
        int n = 0;
        while (n < data.length && data[n] != 0) {
            n++;
        }
        return new String(data, 0, n, StandardCharsets.ISO_8859_1);
    }

    private long number(int offset, int length, String what) throws TarException {
        if ((header[offset] & 0x80) != 0) {
            return base256(offset, length, what);
        }
        int i = offset;
        int end = offset + length;
        while (i < end && (header[i] == ' ' || header[i] == 0)) {
            i++;
        }
        while (end > i && (header[end - 1] == ' ' || header[end - 1] == 0)) {
            end--;
        }
        long value = 0;
        for (; i < end && header[i] != 0; i++) {
            if (header[i] < '0' || header[i] > '7') {
                throw new TarException("A header's " + what + " is no number.");
            }
            value = value << 3 | header[i] - '0';
        }
        return value;
    }

    private long base256(int offset, int length, String what) throws TarException {
        boolean negative = (header[offset] & 0x40) != 0;
        long value = negative ? -1 : 0;
        for (int i = 0; i < length; i++) {
            long octet = header[offset + i] & 0xff;
            if (i == 0) {
                octet = negative ? octet : octet & 0x7f;
            }
            if (value > Long.MAX_VALUE >> 8 || value < Long.MIN_VALUE >> 8) {
                throw new TarException("A header's " + what + " is too large.");
            }
            value = value << 8 | octet;
        }
        return value;
    }

    private static long decimal(String key, String value) throws TarException {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new TarException("An extended header's " + key + " is no number: " + TarEntry.readable(value) + ".");
        }
    }

    private static long seconds(String value) throws TarException {
        int dot = value.indexOf('.');
        return decimal("mtime", dot < 0 ? value : value.substring(0, dot));
    }

    private static int padding(long size) {
        return (int) (-size & BLOCK - 1);
    }
}
