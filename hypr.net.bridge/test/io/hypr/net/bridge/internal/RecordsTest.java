package io.hypr.net.bridge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class RecordsTest {

    @Test
    void recordsOfFormatOneAreRead() {
        assertEquals("hypr0", Records.bridge(new DriverRecord("bridge", "id", 1, "{\"bridge\":\"hypr0\"}")));
        assertEquals("hy0123456789abc", Records.tap(new DriverRecord("bridge", "id", 1, "{ \"tap\" : \"hy0123456789abc\" }")));
        assertEquals("hypr0", Records.bridge(Records.network("id", "hypr0")));
    }

    @Test
    void whatIsNoRecordOfThisDriverIsNamed() {
        assertEquals(ErrorCode.INVALID, failure(new DriverRecord("drift", "id", 1, "{\"bridge\":\"hypr0\"}")));
        assertEquals(ErrorCode.UNSUPPORTED, failure(new DriverRecord("bridge", "id", 2, "{\"bridge\":\"hypr0\"}")));
        assertEquals(ErrorCode.CORRUPT, failure(new DriverRecord("bridge", "id", 1, "{\"tap\":\"hy0123456789abc\"}")));
        assertEquals(ErrorCode.CORRUPT, failure(new DriverRecord("bridge", "id", 1, "{\"bridge\":\"x; flush ruleset\"}")));
    }

    private static ErrorCode failure(DriverRecord record) {
        return assertThrows(HyprException.class, () -> Records.bridge(record)).code();
    }
}
