package io.hypr.core.internal.net;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** IPv4 addresses as numbers and as text. */
public final class Ipv4 {

    private static final Pattern FORM = Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");

    private Ipv4() {
    }

    /**
     * A block of addresses.
     *
     * @param base its first address
     * @param prefix bits of the network's part
     */
    public record Block(long base, int prefix) {

        /**
         * @param cidr such as {@code 172.30.0.0/16}
         * @return the block
         */
        public static Block parse(String cidr) {
            int slash = cidr.indexOf('/');
            if (slash < 0 || !cidr.substring(slash + 1).matches("[0-9]{1,2}") || Integer.parseInt(cidr.substring(slash + 1)) > 32) {
                throw new HyprException(ErrorCode.INVALID, "\"" + cidr + "\" is no IPv4 subnet.").remedy("Write it as in 172.30.0.0/16.");
            }
            int prefix = Integer.parseInt(cidr.substring(slash + 1));
            return new Block(Ipv4.parse(cidr.substring(0, slash)) & mask(prefix), prefix);
        }

        private static long mask(int prefix) {
            return prefix == 0 ? 0 : 0xFFFFFFFFL << 32 - prefix & 0xFFFFFFFFL;
        }

        /** @return how many addresses it has */
        public long size() {
            return 1L << 32 - prefix;
        }

        /**
         * @param address a number
         * @return whether it is in the block
         */
        public boolean contains(long address) {
            return (address & mask(prefix)) == base;
        }

        /**
         * @param other a block
         * @return whether they have an address in common
         */
        public boolean overlaps(Block other) {
            int shorter = Math.min(prefix, other.prefix);
            return (base & mask(shorter)) == (other.base & mask(shorter));
        }

        @Override
        public String toString() {
            return text(base) + "/" + prefix;
        }
    }

    /**
     * @param text such as {@code 172.30.0.2}
     * @return the number
     */
    public static long parse(String text) {
        Matcher m = FORM.matcher(text);
        long value = 0;
        boolean good = m.matches();
        for (int i = 1; good && i <= 4; i++) {
            good = Integer.parseInt(m.group(i)) < 256;
            value = value << 8 | Integer.parseInt(m.group(i));
        }
        if (!good) {
            throw new HyprException(ErrorCode.INVALID, "invalid IPv4 address: " + text);
        }
        return value;
    }

    /**
     * @param address a number
     * @return its text
     */
    public static String text(long address) {
        return (address >> 24 & 255) + "." + (address >> 16 & 255) + "." + (address >> 8 & 255) + "." + (address & 255);
    }

    /**
     * @param address text
     * @return 4 octets in network order
     */
    public static byte[] octets(String address) {
        return ByteBuffer.allocate(4).putInt((int) parse(address)).array();
    }

    /**
     * @param address text
     * @return the hardware address that Docker gives to it
     */
    public static String mac(String address) {
        return "02:42:" + HexFormat.ofDelimiter(":").formatHex(octets(address));
    }

    /**
     * @param mac such as {@code 02:42:ac:1e:00:02}
     * @return 6 octets
     */
    public static byte[] macOctets(String mac) {
        if (!mac.matches("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}") || (Integer.parseInt(mac.substring(0, 2), 16) & 1) == 1) {
            throw new HyprException(ErrorCode.INVALID, "invalid MAC address: " + mac).remedy("Write a unicast address as in 02:42:ac:1e:00:02.");
        }
        return HexFormat.ofDelimiter(":").parseHex(mac);
    }
}
