package io.hypr.vmm.qemu;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.hypr.tck.BootSoak;
import io.hypr.tck.Built;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.qemu.internal.Settings;

/** Boots many microVMs by QEMU: {@code QemuBootSoak TIMES PROCESSORS ACCELERATOR}. bench/soak.sh runs it. */
final class QemuBootSoak {

    private QemuBootSoak() {
    }

    /**
     * @param words TIMES PROCESSORS ACCELERATOR
     * @throws Exception if the host lacks what is needed
     */
    public static void main(String... words) throws Exception {
        VmPlan.Boot boot = Built.boot();
        Path run = Files.createTempDirectory("soak");
        int failed;
        try {
            QemuBackend backend = new QemuBackend(Built.ROOT.resolve("launcher/build"), Built.ROOT.resolve("launcher/build/qemu"), run,
                Settings.of(Map.of("binary", "qemu-system-x86_64", "accelerator", words[2], "machine", "auto", "cpu", "auto",
                    "shares", "auto")));
            failed = BootSoak.run(backend, boot, Integer.parseInt(words[1]), Integer.parseInt(words[0]), System.out);
        } finally {
            Files.deleteIfExists(run.resolve("kvm.json"));
            Files.delete(run);
        }
        System.exit(failed == 0 ? 0 : 1);
    }
}
