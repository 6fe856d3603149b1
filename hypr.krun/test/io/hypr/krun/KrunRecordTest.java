package io.hypr.krun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Records: their one format, and those of others. */
class KrunRecordTest {

    private static final String JSON = "{\"run\":\"/run/hypr/01\",\"cgroup\":\"hypr/01\",\"log\":\"/log\",\"uid\":990,\"gid\":991}";

    private static ErrorCode refused(String owner, int format, String json) {
        return assertThrows(HyprException.class, () -> KrunRecord.of(new DriverRecord(owner, "01", format, json), "krun")).code();
    }

    @Test
    void whatIsWrittenIsRead() {
        KrunRecord content = KrunRecord.of(new DriverRecord("krun", "01", 1, JSON.replace("}", ",\"added\":\"later\"}")), "krun");
        assertEquals(new KrunRecord("/run/hypr/01", "hypr/01", "/log", 990, 991), content);
        assertEquals(new DriverRecord("krun", "01", 1, JSON), content.as("krun", "01"));
    }

    @Test
    void whatCannotBeReadIsRefused() {
        assertEquals(ErrorCode.INVALID, refused("hvf", 1, JSON));
        assertEquals(ErrorCode.UNSUPPORTED, refused("krun", 2, JSON));
        assertEquals(ErrorCode.CORRUPT, refused("krun", 1, "{\""));
        assertEquals(ErrorCode.CORRUPT, refused("krun", 1, "{}"));
        assertEquals(ErrorCode.CORRUPT, refused("krun", 1, JSON.replace("/run", "run")));
    }
}
