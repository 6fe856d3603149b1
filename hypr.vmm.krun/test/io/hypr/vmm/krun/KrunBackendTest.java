package io.hypr.vmm.krun;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.tck.Built;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmmBackend;

/** The contract of backends with real microVMs, where KVM works. */
class KrunBackendTest extends VmmBackendContract {

    @TempDir
    Path run;

    @Override
    protected VmmBackend backend() throws IOException {
        return backend(Built.krun());
    }

    private VmmBackend backend(Path program) {
        return new KrunBackend(program, Built.ROOT.resolve("launcher/build"), run);
    }

    @Override
    protected VmPlan.Boot boot() throws IOException {
        return Built.boot();
    }

    @Override
    protected String name() {
        return KrunBackend.NAME;
    }

    @Override
    protected Set<String> facets() {
        return Set.of("limitable", "pausable", "virtiofs");
    }

    @Override
    protected Path records() {
        return Path.of("test/records");
    }

    @Override
    protected boolean tellsWhy() {
        return true;
    }

    @Test
    void aMissingProgramIsUnsupportedWithARemedy() {
        Availability missing = backend(Path.of("/no/such/hypr-krun")).probe();
        assertEquals(Availability.unsupported("The program /no/such/hypr-krun is missing.",
                "Build HYPR again with ./dev build, which needs Rust 1.87 or newer for it, or install its package again."), missing);
    }
}
