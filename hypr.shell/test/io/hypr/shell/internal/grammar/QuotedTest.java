package io.hypr.shell.internal.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What Docker's client shows of such arguments. */
class QuotedTest {

    @Test
    void whatCanBeSeenStays() {
        assertEquals("\"\"", Quoted.of(""));
        assertEquals("\"a b'c \u00fc \u65e5 \ud83d\ude00\"", Quoted.of("a b'c \u00fc \u65e5 \ud83d\ude00"));
    }

    @Test
    void whatEndsTextOrCannotBeSeenIsEscaped() {
        assertEquals("\"\\\"\\\\\"", Quoted.of("\"\\"));
        assertEquals("\"\\a\\b\\f\\n\\r\\t\\v\"", Quoted.of("\u0007\b\f\n\r\t\u000b"));
        assertEquals("\"\\x1b[31m\\x7f\"", Quoted.of("\u001b[31m\u007f"));
        assertEquals("\"\\u00a0\\u200b\\u2028\\ue000\\U000e0001\"", Quoted.of("\u00a0\u200b\u2028\ue000\udb40\udc01"));
    }
}
