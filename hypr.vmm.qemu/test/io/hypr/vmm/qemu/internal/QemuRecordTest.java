package io.hypr.vmm.qemu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Records as they are in users' databases. A format that was once released is never taken from here. */
class QemuRecordTest {

    private static final String FORMAT_1 =
            "{\"run\":\"/run/hypr/0123\",\"cgroup\":\"hypr/0123\",\"log\":\"/var/lib/hypr/containers/0123/vmm.log\",\"memory\":268435456,"
            + "\"machine\":\"microvm\",\"accelerator\":\"tcg\",\"reason\":\"This host has no /dev/kvm.\",\"qemu\":\"7.2.22\"}";
    private static final QemuRecord CONTENT =
            new QemuRecord("/run/hypr/0123", "hypr/0123", "/var/lib/hypr/containers/0123/vmm.log", 268_435_456, "microvm", "tcg",
        "This host has no /dev/kvm.", "7.2.22", List.of(), "", "", null);

    private static ErrorCode refusal(int format, String json) {
        return assertThrows(HyprException.class, () -> QemuRecord.of(new DriverRecord("qemu", "0123", format, json))).code();
    }

    @Test
    void format1IsWrittenAndRead() {
        DriverRecord record = new DriverRecord("qemu", "0123", 1, FORMAT_1);
        assertEquals(record, CONTENT.as("0123"));
        assertEquals(CONTENT, QemuRecord.of(record));
    }

    @Test
    void fieldsOfLaterVersionsOfTheSameFormatAreNoError() {
        assertEquals(CONTENT, QemuRecord.of(new DriverRecord("qemu", "0123", 1, FORMAT_1.replace("{", "{\"template\":\"abc\","))));
    }

    @Test
    void damagedAndNewerRecordsAreRefused() {
        assertEquals(ErrorCode.UNSUPPORTED, refusal(2, FORMAT_1));
        assertEquals(ErrorCode.CORRUPT, refusal(1, FORMAT_1.substring(1)));
        assertEquals(ErrorCode.CORRUPT, refusal(1, FORMAT_1.replace("\"run\"", "\"ran\"")));
        assertEquals(ErrorCode.CORRUPT, refusal(1, FORMAT_1.replace("/run/hypr/0123", "0123")));
        HyprException other = assertThrows(HyprException.class, () -> QemuRecord.of(new DriverRecord("krun", "0123", 1, FORMAT_1)));
        assertEquals(ErrorCode.INVALID, other.code());
    }
}
