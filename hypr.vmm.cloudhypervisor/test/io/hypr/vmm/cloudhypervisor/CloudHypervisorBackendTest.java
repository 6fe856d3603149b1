package io.hypr.vmm.cloudhypervisor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.tck.Built;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.cloudhypervisor.internal.Settings;

/**
 * The contract of backends with real microVMs, and what is special about Cloud Hypervisor. Needs the program and a KVM that works:
 * lab/cloudhypervisor.test.
 */
class CloudHypervisorBackendTest extends VmmBackendContract {

    @TempDir
    Path run;

    @Override
    protected VmmBackend backend() throws IOException {
        return new CloudHypervisorBackend(Built.ROOT.resolve("launcher/build"), run,
            Settings.of(Map.of("binary", System.getenv().getOrDefault("HYPR_CLOUD_HYPERVISOR", "cloud-hypervisor"), "landlock", "auto")));
    }

    @Override
    protected VmPlan.Boot boot() throws IOException {
        return Built.boot();
    }

    @Override
    protected String name() {
        return "cloudhypervisor";
    }

    @Override
    protected Set<String> facets() {
        return Set.of("hotplug", "limitable", "pausable", "reclaim", "resizable", "snapshots", "templates", "vfio", "virtiofs");
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
    @Tag("lab")
    void itConfinesItsThreads() throws Exception {
        VmSession vm = started(fixture().plan());
        int confined = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + vm.pid() + "/task"))) {
            for (Path thread : threads) {
                boolean filtered = Files.readString(thread.resolve("status")).contains("\nSeccomp:\t2\n");
                String name = Files.readString(thread.resolve("comm")).strip();
                assertTrue(filtered || !name.startsWith("vcpu") && !name.equals("vmm") && !name.equals("http-server"), name + " has no filter of system calls");
                confined += filtered ? 1 : 0;
            }
        }
        assertTrue(confined >= 3, confined + " threads are confined");
    }
}
