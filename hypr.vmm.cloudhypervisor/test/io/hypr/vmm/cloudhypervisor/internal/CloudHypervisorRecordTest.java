package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Records as they lie in users' databases. */
class CloudHypervisorRecordTest {

    private static final CloudHypervisorRecord CONTENT =
            new CloudHypervisorRecord("/run/hypr/0123", "hypr/0123", "/var/lib/hypr/containers/0123/vmm.log", 1, 4, 256L << 20,
        512L << 20, "54.0.0", List.of(), null, null);

    @Test
    void whatIsWrittenIsRead() throws Exception {
        assertEquals(CONTENT, CloudHypervisorRecord.of(CONTENT.as("0123")));
        assertEquals(Files.readString(Path.of("test/records/format-1.json")).strip(), CONTENT.as("0123").json());
    }

    @Test
    void whatWasMadeForItAndWhatItHasNotAreKept() {
        CloudHypervisorRecord content = new CloudHypervisorRecord(
                "/run/hypr/0123", "hypr/0123", "/log", 1, 1, 256L << 20, 256L << 20, "54.0.0", List.of("hx01230"), false, true);
        assertEquals(content, CloudHypervisorRecord.of(content.as("0123")));
    }

    @Test
    void whatCannotBeReadIsRefused() {
        assertEquals(ErrorCode.INVALID, refusal(new DriverRecord("qemu", "0123", 1, "{}")));
        assertEquals(ErrorCode.UNSUPPORTED, refusal(new DriverRecord("cloudhypervisor", "0123", 2, "{}")));
        assertEquals(ErrorCode.CORRUPT, refusal(new DriverRecord("cloudhypervisor", "0123", 1, "{}")));
        assertEquals(ErrorCode.CORRUPT, refusal(new DriverRecord("cloudhypervisor", "0123", 1, "{\"run\":\"relative\",\"cgroup\":\"a\"}")));
    }

    private static ErrorCode refusal(DriverRecord record) {
        return assertThrows(HyprException.class, () -> CloudHypervisorRecord.of(record)).code();
    }
}
