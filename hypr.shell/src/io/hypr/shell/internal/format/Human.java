package io.hypr.shell.internal.format;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Durations, sizes and moments in the words that Docker uses. */
public final class Human {

    private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB"};
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xx zzz", Locale.ROOT);

    private Human() {
    }

    /**
     * @param d a duration
     * @return such as {@code About a minute}
     */
    public static String duration(Duration d) {
        long s = d.toSeconds();
        long m = s / 60;
        long h = Math.round(s / 3600.0);
        if (s < 1) {
            return "Less than a second";
        } else if (s == 1) {
            return "1 second";
        } else if (s < 60) {
            return s + " seconds";
        } else if (m == 1) {
            return "About a minute";
        } else if (m < 60) {
            return m + " minutes";
        } else if (h == 1) {
            return "About an hour";
        } else if (h < 48) {
            return h + " hours";
        } else if (h < 24 * 7 * 2) {
            return h / 24 + " days";
        } else if (h < 24 * 30 * 2) {
            return h / 24 / 7 + " weeks";
        } else if (h < 24 * 365 * 2) {
            return h / 24 / 30 + " months";
        }
        return h / 24 / 365 + " years";
    }

    /**
     * @param then a moment in the past
     * @return such as {@code 3 hours ago}
     */
    public static String ago(Instant then) {
        return duration(Duration.between(then, Instant.now())) + " ago";
    }

    /**
     * @param bytes a size
     * @return with powers of 1000 and three digits, as {@code docker images} shows it
     */
    public static String size(long bytes) {
        return scaled(bytes, 1000, DECIMAL, 3);
    }

    /**
     * @param bytes a size
     * @return with powers of 1000 and four digits, as {@code docker system df -v} shows what is one's own
     */
    public static String exactSize(long bytes) {
        return scaled(bytes, 1000, DECIMAL, 4);
    }

    /**
     * @param bytes a size
     * @return with powers of 1024 and four digits, as {@code docker stats} shows it
     */
    public static String binarySize(long bytes) {
        return scaled(bytes, 1024, BINARY, 4);
    }

    private static String scaled(long bytes, int base, String[] units, int digits) {
        double v = bytes;
        int unit = 0;
        while (v >= base && unit < units.length - 1) {
            v /= base;
            unit++;
        }
        return significant(v, digits) + units[unit];
    }

    /** As Go's %.Ng: so many significant digits, without zeros at the end. */
    private static String significant(double v, int digits) {
        String s = new java.math.BigDecimal(v).round(new java.math.MathContext(digits)).stripTrailingZeros().toPlainString();
        return s.equals("0.0") ? "0" : s;
    }

    /**
     * @param t a moment
     * @return such as {@code 2026-11-24 17:05:22 +0000 UTC}
     */
    public static String moment(Instant t) {
        return MOMENT.format(t.truncatedTo(java.time.temporal.ChronoUnit.SECONDS).atZone(ZoneId.systemDefault()));
    }

    /**
     * @param text of any length
     * @param most how many characters may stay
     * @return the text, its end replaced by an ellipsis if it is longer
     */
    public static String ellipsis(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most - 1)) + "…";
    }
}
