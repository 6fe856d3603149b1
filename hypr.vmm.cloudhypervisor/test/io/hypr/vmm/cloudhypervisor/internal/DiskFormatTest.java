package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** Disks on which a guest has written the beginning of another format. */
class DiskFormatTest {

    @TempDir
    Path directory;

    private List<VmPlan.Disk> disk(String begin) throws IOException {
        Path plain = Files.write(directory.resolve("plain"), new byte[4096]);
        Path file = Files.write(directory.resolve("disk"), (begin + "\0".repeat(4096)).getBytes(StandardCharsets.ISO_8859_1));
        return List.of(new VmPlan.Disk(plain, true), new VmPlan.Disk(file, false));
    }

    @Test
    void versionsThatLookForThemselvesGetNoDiskOfAnotherFormat() throws IOException {
        for (String begin : List.of("QFI\u00fb", "vhdxfile")) {
            for (String version : List.of("48.0.0", "49.0", "50.0.0", "50.0-dirty")) {
                List<VmPlan.Disk> disks = disk(begin);
                HyprException refusal = assertThrows(HyprException.class, () -> DiskFormat.refuseOthers(version, disks));
                assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
                assertTrue(refusal.getMessage().contains(disks.getLast().file().toString()), refusal.getMessage());
            }
        }
    }

    @Test
    void allElseIsLeftToThem() throws IOException {
        for (String version : List.of("50.1", "50.2.0", "51.0-dirty", "54.0.0")) {
            List<VmPlan.Disk> disks = disk("QFI\u00fb");
            assertDoesNotThrow(() -> DiskFormat.refuseOthers(version, disks));
        }
        List<VmPlan.Disk> plain = disk("hsqs");
        assertDoesNotThrow(() -> DiskFormat.refuseOthers("48.0.0", plain));
        Path small = Files.write(directory.resolve("small"), new byte[] { 'Q', 'F' });
        assertDoesNotThrow(() -> DiskFormat.refuseOthers("48.0.0",
                List.of(new VmPlan.Disk(small, false), new VmPlan.Disk(directory.resolve("missing"), false))));
    }
}
