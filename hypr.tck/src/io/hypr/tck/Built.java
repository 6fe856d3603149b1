package io.hypr.tck;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Assumptions;

import io.hypr.vmm.VmPlan;

/** What HYPR's own workspace has built, for the tests of the backends in it: each runs in its project's directory. */
public final class Built {

    /** The workspace. */
    public static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Built() {
    }

    /**
     * Skips the test if they are not built.
     *
     * @return kernel, that of the environment's HYPR_KERNEL if it is set, and agent
     * @throws IOException if it cannot be found out where they are
     */
    public static VmPlan.Boot boot() throws IOException {
        Path kernel = kernel();
        Path initramfs = ROOT.resolve("kestrel/build/initramfs.cpio");
        Assumptions.assumeTrue(Files.exists(kernel.resolve("vmlinux")), () -> "the guest kernel is not built: run ./dev build kernel");
        Assumptions.assumeTrue(Files.exists(initramfs), () -> "Kestrel is not built: run ./dev build kestrel");
        return new VmPlan.Boot(kernel.resolve("vmlinux"), kernel.resolve("bzImage"), initramfs, List.of());
    }

    /**
     * @return the directory with the kernel
     * @throws IOException if it cannot be found out where it is
     */
    public static Path kernel() throws IOException {
        String given = System.getenv("HYPR_KERNEL");
        return given != null ? Path.of(given) : by("kernel");
    }

    /**
     * @return the program hypr-krun; it is not there if Rust is not
     * @throws IOException if it cannot be found out where it is
     */
    public static Path krun() throws IOException {
        return by("krun").resolve("hypr-krun");
    }

    private static Path by(String part) throws IOException {
        Process script = new ProcessBuilder(ROOT.resolve(part).resolve("build.sh").toString(), "--path").redirectError(ProcessBuilder.Redirect.INHERIT).start();
        return Path.of(new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
    }
}
