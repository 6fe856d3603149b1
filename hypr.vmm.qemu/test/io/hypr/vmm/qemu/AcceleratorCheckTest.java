package io.hypr.vmm.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.vmm.host.KvmProbe;

/** What is found out about KVM, asked once per boot of the host. The probe itself is a script here. */
class AcceleratorCheckTest {

    @TempDir
    Path directory;

    @BeforeEach
    void needsTheDevice() {
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/kvm")), "without /dev/kvm the probe is not asked");
    }

    private Availability check(String script) throws IOException {
        Path probe = directory.resolve("probe");
        Files.writeString(probe, "#!/bin/sh\necho asked >> " + directory.resolve("asked") + "\n" + script + "\n");
        assertTrue(probe.toFile().setExecutable(true));
        return new AcceleratorCheck(new KvmProbe(probe, directory.resolve("run/kvm.json"))).check();
    }

    private long asked() throws IOException {
        try (var lines = Files.lines(directory.resolve("asked"))) {
            return lines.count();
        }
    }

    @Test
    void brokenKvmIsToldWithTheReasonAndAskedOnce() throws IOException {
        String broken = "echo '{\"kvm\":\"broken\",\"reason\":\"the guest hung\",\"ms\":3}'; exit 1";
        Availability.Unsupported told = (Availability.Unsupported) check(broken);
        assertEquals("KVM does not work on this host (the guest hung), so microVMs are emulated.", told.reason());
        assertEquals(told, check(broken), "another process reads the kept result");
        assertEquals(1, asked());
    }

    @Test
    void aResultOfAnotherBootIsNotBelieved() throws IOException {
        Path kept = Files.createDirectory(directory.resolve("run")).resolve("kvm.json");
        Files.writeString(kept, "{\"boot\":\"another\",\"result\":{\"kvm\":\"works\",\"reason\":\"\"}}");
        Availability.Unsupported told = (Availability.Unsupported) check("echo '{\"kvm\":\"broken\",\"reason\":\"no\",\"ms\":3}'; exit 1");
        assertTrue(told.reason().contains("(no)"), told.reason());
        assertTrue(!Files.readString(kept).contains("another"));
    }

    @Test
    void aProbeThatSaysNothingOfUseIsNotKept() throws IOException {
        Availability.Unsupported told = (Availability.Unsupported) check("exit 9");
        assertTrue(told.reason().startsWith("It could not be found out whether KVM works"), told.reason());
        check("exit 9");
        assertEquals(2, asked());
    }
}
