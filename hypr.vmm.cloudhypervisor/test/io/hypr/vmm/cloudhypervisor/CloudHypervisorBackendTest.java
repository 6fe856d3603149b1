package io.hypr.vmm.cloudhypervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.HyprException;
import io.hypr.tck.Built;
import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.Hotplug;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;
import io.hypr.vmm.cloudhypervisor.internal.Binary;
import io.hypr.vmm.cloudhypervisor.internal.Settings;
import io.hypr.vmm.host.VmmLog;

/**
 * The contract of backends with real microVMs, and what is special about Cloud Hypervisor. Needs the program and a KVM that works:
 * lab/cloudhypervisor.test.
 */
class CloudHypervisorBackendTest extends VmmBackendContract {

    private static final String PROGRAM = System.getenv().getOrDefault("HYPR_CLOUD_HYPERVISOR", "cloud-hypervisor");

    @TempDir
    Path run;

    @Override
    protected VmmBackend backend() throws IOException {
        return new CloudHypervisorBackend(Built.ROOT.resolve("launcher/build"), run,
            Settings.of(Map.of("binary", PROGRAM, "landlock", "auto")));
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
        Set<String> facets = new TreeSet<>(Set.of("hotplug", "limitable", "pausable", "reclaim", "resizable", "snapshots", "vfio", "virtiofs"));
        if (hasTemplates()) {
            facets.add("templates");
        }
        return facets;
    }

    /** Versions before 52 have none, which an empty shape says. */
    private static boolean hasTemplates() {
        try {
            return Integer.parseInt(new Binary().find(PROGRAM).version().split("\\.")[0]) >= 52;
        } catch (HyprException e) {
            return true; // There is no Cloud Hypervisor, and no test that asks one.
        }
    }

    @Override
    protected Path records() {
        return Path.of("test/records");
    }

    @Override
    protected boolean tellsWhy() {
        return true;
    }

    /** {@code HYPR_TEST_DEVICE} is bound to vfio-pci, and its group is the jail's user's: lab/passthrough.test. */
    @Test
    @Tag("vfio")
    void aDevicePassedThroughComesAndGoesWhileTheGuestRuns() throws Exception {
        String address = System.getenv("HYPR_TEST_DEVICE");
        Assumptions.assumeTrue(address != null, "HYPR_TEST_DEVICE names no PCI device to pass through");
        String device = Files.readString(Path.of("/sys/bus/pci/devices", address, "device")).strip();
        VmPlan plan = fixture().plan();
        VmSession vm = started(new VmPlan(plan.id(), plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), plan.boot(), plan.disks(),
            plan.nics(), plan.devices(), plan.shares(), plan.runDirectory(), plan.log(), plan.jail(), Set.of("hotplug"), plan.options()));
        Hotplug hotplug = vm.facet(Hotplug.class).orElseThrow();
        String plugged = hotplug.plug(new VmPlan.PassThrough("vfio-pci", address));
        assertEquals("0", shell(vm, "until grep -q " + device + " /sys/bus/pci/devices/*/device; do sleep 0.1; done"));
        assertTrue(hasGroup(vm), "the VMM has the device's group");
        hotplug.unplug(plugged);
        assertFalse(hasGroup(vm), "the guest has let go, and so has the VMM");
    }

    private static boolean hasGroup(VmSession vm) throws IOException {
        return hasOpen(vm, "/dev/vfio/\\d+");
    }

    private static boolean hasOpen(VmSession vm, String pattern) throws IOException {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + vm.pid() + "/fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).toString().matches(pattern)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    @Tag("lab")
    void whatItReportsGoesThroughWhoKeepsItsLogWithinALimit() throws Exception {
        VmPlan plan = fixture().plan();
        VmSession vm = started(plan);
        welcomed(vm);
        assertFalse(hasOpen(vm, ".*/events"), "it writes to the file itself");
        vm.kill();
        assertTrue(vm.awaitExit(LONG));
        new VmmLog(plan.log()).settle();
        String events = Files.readString(plan.runDirectory().resolve("s/events"));
        assertTrue(events.contains("\"booted\""), events);
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
