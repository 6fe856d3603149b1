package io.hypr.tar;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The header of one member of a tar archive.
 *
 * <p>
 * Names on Linux are octets. They are kept as strings of characters 0 to 255, one for each octet, so that whatever an archive has comes out
 * again as it was; {@link #readable} makes text for people of them.
 *
 * @param name as it stands in the archive
 * @param type one of the constants
 * @param mode permission bits, with set-uid, set-gid and sticky
 * @param uid owner
 * @param gid group
 * @param size octets of content; 0 for all but regular files
 * @param mtime seconds since 1970
 * @param link target of a symbolic or hard link, else empty
 * @param major of a device
 * @param minor of a device
 * @param xattrs values by full name: {@code security.capability}
 */
public record TarEntry(
        String name, char type, int mode, long uid, long gid, long size, long mtime, String link, int major, int minor, Map<String, byte[]> xattrs) {

    /** A regular file. */
    public static final char FILE = '0';
    /** One more name for an earlier member. */
    public static final char HARD_LINK = '1';
    /** A symbolic link. */
    public static final char SYMBOLIC_LINK = '2';
    /** A character device. */
    public static final char CHARACTER_DEVICE = '3';
    /** A block device. */
    public static final char BLOCK_DEVICE = '4';
    /** A directory. */
    public static final char DIRECTORY = '5';
    /** A named pipe. */
    public static final char FIFO = '6';

    /**
     * @param name the name
     * @return a directory that nobody described: owned by root, mode 755, of 1970
     */
    public static TarEntry directory(String name) {
        return new TarEntry(name, DIRECTORY, 0755, 0, 0, 0, 0, "", 0, 0, Map.of());
    }

    /**
     * @param other the new name
     * @return the same under another name
     */
    public TarEntry named(String other) {
        return new TarEntry(other, type, mode, uid, gid, size, mtime, link, major, minor, xattrs);
    }

    /**
     * @param other the name that is one more
     * @param target the name that there is already
     * @return a hard link with this entry's attributes
     */
    public TarEntry linked(String other, String target) {
        return new TarEntry(other, HARD_LINK, mode, uid, gid, 0, mtime, target, 0, 0, Map.of());
    }

    /**
     * @param octets a name, one character an octet
     * @return text to show: UTF-8 decoded, control characters replaced
     */
    public static String readable(String octets) {
        return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
    }
}
