package io.hypr.shell.internal;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.shell.internal.grammar.InputException;

/** Moments as {@code --since} and {@code --until} take them: RFC 3339 with parts left out, seconds since 1970, or how long ago. */
public final class Moments {

    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(h|ms|m|s|us|ns)");
    private static final DateTimeFormatter NANOS = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.nnnnnnnnn'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private static final DateTimeFormatter DATE_TIME = new DateTimeFormatterBuilder().appendPattern("uuuu-MM-dd['T'HH[:mm[:ss]]]")
            .optionalStart().appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true).optionalEnd().optionalStart().appendOffset("+HH:MM", "Z").optionalEnd()
            .toFormatter(Locale.ROOT);

    private Moments() {
    }

    private static int part(TemporalAccessor t, ChronoField field) {
        return t.isSupported(field) ? t.get(field) : 0;
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
            TemporalAccessor t = DATE_TIME.parse(text);
            LocalDateTime local = LocalDate.from(t).atTime(
                    part(t, ChronoField.HOUR_OF_DAY), part(t, ChronoField.MINUTE_OF_HOUR), part(t, ChronoField.SECOND_OF_MINUTE), part(t,
                            ChronoField.NANO_OF_SECOND));
            ZoneId zone = t.query(TemporalQueries.offset());
            return local.atZone(zone == null ? ZoneId.systemDefault() : zone).toInstant();
        } catch (DateTimeParseException e) {
            if (text.matches("\\d{4}-\\d{2}-\\d{2}.*")) {
                boolean month = text.matches("\\d{4}-(00|1[3-9]|[2-9]\\d)-.*");
                boolean day = text.matches("\\d{4}-\\d{2}-(00|3[2-9]|[4-9]\\d).*");
                if (month || day) {
                    throw new InputException("parsing time \"" + text + "\": " + (month ? "month" : "day") + " out of range", e);
                }
            }
            throw unread(text, e);
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw unread(text, e);
        }
    }

    private static RuntimeException unread(String text, Exception e) {
        return new InputException("failed to parse value as time or duration: \"" + text + "\"", e)
                .remedy("Give a time such as 2026-11-24T17:00:00, or how long ago, such as 42m.");
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
