package io.hypr.shell.internal.grammar;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as Docker reads them: powers of 1024, the unit optional, {@code b k m g t p}, with or without {@code b} or {@code ib} behind it. */
public final class Sizes {

    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?");

    private static final Pattern SUFFIX = Pattern.compile("\\d+(?:\\.\\d+)? ?(\\D+)");

    private Sizes() {
    }

    /**
     * @param text such as {@code 512m}
     * @return bytes
     * @throws NumberFormatException if it is no size
     */
    public static long parse(String text) {
        Matcher m = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!m.matches()) {
            Matcher suffix = SUFFIX.matcher(text);
            if (suffix.matches()) {
                throw new NumberFormatException("invalid suffix: '" + suffix.group(1).toLowerCase(Locale.ROOT) + "'");
            }
            throw new NumberFormatException("invalid size: '" + text + "'");
        }
        int power = m.group(2) == null ? 0 : "kmgtp".indexOf(m.group(2)) + 1;
        double bytes = Double.parseDouble(m.group(1)) * Math.pow(1024, power);
        if (bytes > Long.MAX_VALUE) {
            throw new NumberFormatException("invalid size: '" + text + "'");
        }
        return (long) bytes;
    }
}
