package io.hypr.shell.internal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Moments as {@code --since} and {@code --until} take them: RFC 3339 with parts left out, seconds since 1970, or how long ago. */
public final class Moments {

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s|us|ns)");
    private static final DateTimeFormatter NANOS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Moments() {
    }

    /**
     * @param text what was typed
     * @return the moment
     */
    public static Instant parse(String text) {
        try {
            if (text.matches("\\d+(\\.\\d{1,9})?")) {
                String[] parts = text.split("\\.");
                long nanos = parts.length == 2 ? Long.parseLong((parts[1] + "000000000").substring(0, 9)) : 0;
                return Instant.ofEpochSecond(Long.parseLong(parts[0]), nanos);
            }
            if (text.matches("(\\d+(\\.\\d+)?(h|ms|m|s|us|ns))+")) {
                return Instant.now().minus(duration(text));
            }
            if (text.matches("\\d{4}-\\d{2}-\\d{2}")) {
                return LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant();
            }
            if (text.matches(".*(Z|[+-]\\d{2}:\\d{2})")) {
                return OffsetDateTime.parse(text).toInstant();
            }
            return LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new HyprException(ErrorCode.INVALID, "invalid time: \"" + text + "\"", e).remedy("Give a time such as 2026-11-24T17:00:00, or how long ago, such as 42m.");
        }
    }

    /**
     * @param text such as {@code 1h30m}
     * @return the duration
     */
    public static Duration duration(String text) {
        Matcher m = PART.matcher(text);
        double nanos = 0;
        while (m.find()) {
            double unit = switch (m.group(2)) {
                case "h" -> 3600e9;
                case "m" -> 60e9;
                case "s" -> 1e9;
                case "ms" -> 1e6;
                case "us" -> 1e3;
                default -> 1;
            };
            nanos += Double.parseDouble(m.group(1)) * unit;
        }
        return Duration.ofNanos((long) nanos);
    }

    /**
     * @param t a moment
     * @return as RFC 3339 with nine digits after the point
     */
    public static String nanos(Instant t) {
        return NANOS.format(t);
    }
}
