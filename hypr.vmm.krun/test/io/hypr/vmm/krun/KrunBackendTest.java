package io.hypr.vmm.krun;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmmBackend;

/** The contract of backends with real microVMs, where KVM works. */
class KrunBackendTest extends VmmBackendContract {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @TempDir
    Path run;

    @Override
    protected VmmBackend backend() throws IOException {
        return backend(Path.of(print("krun/build.sh", "--path")).resolve("hypr-krun"));
    }

    private VmmBackend backend(Path program) {
        return new KrunBackend(program, ROOT.resolve("launcher/build"), run);
    }

    @Override
    protected VmPlan.Boot boot() throws IOException {
        String given = System.getenv("HYPR_KERNEL");
        Path kernel = Path.of(given != null ? given : print("kernel/build.sh", "--path"));
        Path initramfs = ROOT.resolve("kestrel/build/initramfs.cpio");
        Assumptions.assumeTrue(Files.exists(kernel.resolve("vmlinux")), () -> "the guest kernel is not built: run ./dev build kernel");
        Assumptions.assumeTrue(Files.exists(initramfs), () -> "Kestrel is not built: run ./dev build kestrel");
        return new VmPlan.Boot(kernel.resolve("vmlinux"), kernel.resolve("bzImage"), initramfs, List.of());
    }

    private static String print(String script, String argument) throws IOException {
        Process process = new ProcessBuilder(ROOT.resolve(script).toString(), argument).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return new String(process.getInputStream().readAllBytes()).strip();
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
