package io.hypr.vmm.qemu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.Availability;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.qemu.internal.Settings;

/** The contract of backends with real microVMs, and what is special about QEMU. */
class QemuBackendTest extends VmmBackendContract {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @TempDir
    Path run;

    @Override
    protected VmmBackend backend() throws IOException {
        return backend(Map.of("binary", "qemu-system-x86_64", "accelerator", "auto", "machine", "auto", "cpu", "auto"));
    }

    private VmmBackend backend(Map<String, Object> configuration) {
        return new QemuBackend(ROOT.resolve("launcher/build"), run, Settings.of(configuration));
    }

    @Override
    protected VmPlan.Boot boot() throws IOException {
        Path kernel = kernel();
        Path initramfs = ROOT.resolve("kestrel/build/initramfs.cpio");
        Assumptions.assumeTrue(Files.exists(kernel.resolve("vmlinux")), () -> "the guest kernel is not built: run ./dev build kernel");
        Assumptions.assumeTrue(Files.exists(initramfs), () -> "Kestrel is not built: run ./dev build kestrel");
        return new VmPlan.Boot(kernel.resolve("vmlinux"), kernel.resolve("bzImage"), initramfs, List.of());
    }

    private static Path kernel() throws IOException {
        String given = System.getenv("HYPR_KERNEL");
        if (given != null) {
            return Path.of(given);
        }
        Process script = new ProcessBuilder(ROOT.resolve("kernel/build.sh").toString(), "--path").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return Path.of(new String(script.getInputStream().readAllBytes()).strip());
    }

    @Override
    protected String name() {
        return "qemu";
    }

    @Override
    protected Set<String> facets() {
        return Set.of("pausable", "reclaim");
    }

    @Override
    protected Path records() {
        return Path.of("test/records");
    }

    @Test
    void pcIsAMachineToo() throws Exception {
        VmSession vm = started(fixture().withOptions(Map.of("machine", "q35")));
        welcomed(vm);
        assertTrue(vm.record().json().contains("\"q35\""), vm.record().json());
    }

    @Test
    void aMissingQemuIsUnsupportedWithARemedy() {
        Availability missing = backend(Map.of("binary", "no-such-qemu", "accelerator", "auto", "machine", "auto", "cpu", "auto")).probe();
        assertEquals(Availability.unsupported("QEMU is missing: there is no program no-such-qemu.", "Install it, on Debian with: apt-get install qemu-system-x86"), missing);
    }

    @Test
    void aProgramThatIsNotQemuIsUnsupported() {
        Availability other = backend(Map.of("binary", "/bin/true", "accelerator", "auto", "machine", "auto", "cpu", "auto")).probe();
        assertEquals("The program /bin/true does not answer as QEMU does.", ((Availability.Unsupported) other).reason());
    }
}
