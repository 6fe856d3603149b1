package io.hypr.core.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Amounts of memory and disk as people write them. */
public final class Sizes {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})(?:\\.([0-9]{1,3}))? ?([bkmgt]?)i?b?", Pattern.CASE_INSENSITIVE);

    private Sizes() {
    }

    /**
     * @param what the amount is of, for the error
     * @param text such as {@code 512m}, {@code 10g}, {@code 1.5g} or a number of bytes
     * @return bytes
     */
    public static long parse(String what, String text) {
        Matcher m = FORM.matcher(text.strip());
        if (!m.matches()) {
            throw new HyprException(ErrorCode.INVALID, what + ": invalid size: '" + text + "'").remedy("Write it as in 512m or 10g.");
        }
        int shift = m.group(3).isEmpty() ? 0 : 10 * "bkmgt".indexOf(Character.toLowerCase(m.group(3).charAt(0)));
        double value = Double.parseDouble(m.group(1) + "." + (m.group(2) == null ? "0" : m.group(2))) * (1L << shift);
        if (value > Long.MAX_VALUE / 4) {
            throw new HyprException(ErrorCode.INVALID, what + ": invalid size: '" + text + "' is more than any computer has");
        }
        return (long) value;
    }
}
