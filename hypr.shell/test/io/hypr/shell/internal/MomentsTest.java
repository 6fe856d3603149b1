package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.hypr.shell.internal.grammar.InputException;

class MomentsTest {

    @ParameterizedTest
    @CsvSource({"1136073845,2006-01-01T00:04:05Z", "1136073845.5,2006-01-01T00:04:05.5Z", "1136073845.000000001,2006-01-01T00:04:05.000000001Z",
            "2006-01-02T15:04:05Z,2006-01-02T15:04:05Z",
        "2006-01-02T15:04:05.999999999+07:00,2006-01-02T08:04:05.999999999Z", "2006-01-02T15:04Z,2006-01-02T15:04:00Z",
        "2006-01-02T15Z,2006-01-02T15:00:00Z", "2006-01-02Z,2006-01-02T00:00:00Z",
        "2006-01-02T15:04:05-01:30,2006-01-02T16:34:05Z"})
    void readsMomentsWithAZone(String text, String moment) {
        assertEquals(Instant.parse(moment), Moments.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"2006-01-02T15:04:05,2006-01-02T15:04:05", "2006-01-02T15:04,2006-01-02T15:04:00", "2006-01-02T15,2006-01-02T15:00:00",
            "2006-01-02,2006-01-02T00:00:00",
        "2006-01-02T15:04:05.25,2006-01-02T15:04:05.25"})
    void readsMomentsOfThisZone(String text, String local) {
        assertEquals(LocalDateTime.parse(local).atZone(ZoneId.systemDefault()).toInstant(), Moments.parse(text));
    }

    @Test
    void readsHowLongAgo() {
        Duration off = Duration.between(Moments.parse("1h30m"), Instant.now()).minus(Duration.ofMinutes(90));
        assertTrue(off.abs().toMinutes() < 5, off.toString());
        assertEquals(Duration.ofMillis(1500), Moments.duration("1s500ms"));
        assertEquals(Duration.ofSeconds(90), Moments.duration("1.5m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "yesterday", "2006-13-01", "2006-01-02T25", "1d", "-5", "12:30", "2006-1-2", "99999999999999999999", "2006-01-02T15:04:05+7"})
    void refusesOthers(String text) {
        assertThrows(InputException.class, () -> Moments.parse(text));
    }

    @Test
    void printsNineDigits() {
        assertEquals("2006-01-02T15:04:05.000000000Z", Moments.nanos(Instant.parse("2006-01-02T15:04:05Z")));
    }
}
