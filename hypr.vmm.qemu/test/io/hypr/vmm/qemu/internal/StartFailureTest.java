package io.hypr.vmm.qemu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What QEMU writes when it cannot start, as QEMU 7.2 and 9.2 write it, and what a user reads. */
class StartFailureTest {

    @TempDir
    Path directory;

    private void says(ErrorCode code, String sentence, String logged) throws IOException {
        Path log = directory.resolve("log");
        Files.writeString(log, "qemu-system-x86_64: an earlier start: No such file or directory\n" + logged);
        HyprException failure = StartFailure.of(log, 64, "", 1);
        assertEquals(sentence, failure.getMessage());
        assertEquals(code, failure.code());
    }

    @Test
    void theLastLineIsTheReason() throws IOException {
        says(ErrorCode.NOT_FOUND, "QEMU did not start: Could not open '/d/disk': No such file or directory.",
            "qemu-system-x86_64: warning: something\nqemu-system-x86_64: -blockdev driver=file,locking=on,filename=/d/disk: Could not open "
            + "'/d/disk': No such file or directory\n");
        says(ErrorCode.IN_USE, "QEMU did not start: Failed to get \"write\" lock.",
                "qemu-system-x86_64: -device virtio-blk-device,drive=d: Failed to get \"write\" lock\n");
        says(ErrorCode.EXHAUSTED, "QEMU did not start: cannot set up guest memory 'microvm.ram': Cannot allocate memory.",
            "qemu-system-x86_64: cannot set up guest memory 'microvm.ram': Cannot allocate memory\n");
        says(ErrorCode.INTERNAL, "QEMU ended with status 1 as it started, and said nothing.", "");
    }

    @Test
    void theStartersWordsGoBeforeQemus() {
        HyprException failure = StartFailure.of(directory.resolve("none"), 0, "hypr-start: Cannot attach to the tap hy1: Device or resource busy.", 125);
        assertEquals("The VMM process was not started: Cannot attach to the tap hy1: Device or resource busy.", failure.getMessage());
        assertEquals(ErrorCode.IN_USE, failure.code());
    }
}
