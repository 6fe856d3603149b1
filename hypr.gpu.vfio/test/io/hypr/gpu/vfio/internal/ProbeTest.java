package io.hypr.gpu.vfio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.device.DeviceDriver.Claim;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What hosts lack, and what helps. */
class ProbeTest {

    @TempDir
    Path root;
    private final List<String> warnings = new ArrayList<>();

    private Availability.Unsupported no(FakeHost host) {
        List<String> before = host.facts();
        PassThrough devices = new PassThrough(host, warnings::add);
        Availability.Unsupported no = assertInstanceOf(Availability.Unsupported.class, devices.probe());
        HyprException e = assertThrows(HyprException.class, () -> devices.claim(new Claim("c", List.of("01:00.0"), 1, true), List.of(), r -> { }));
        assertEquals(ErrorCode.UNSUPPORTED, e.code());
        assertEquals(no.reason(), e.getMessage());
        assertEquals(no.remedy(), e.remedy().orElse(""));
        assertTrue(devices.scan().stream().allMatch(d -> d.lendable().equals(no)));
        assertEquals(before, host.facts());
        return no;
    }

    private FakeHost withoutGroups() {
        FakeHost host = new FakeHost(root);
        host.device("0000:01:00.0", "10de:2684", 0x030000, "nouveau", "");
        return host;
    }

    @Test
    void everythingIsThere() {
        FakeHost host = Hosts.workstation(root);
        assertEquals(Availability.available(), new PassThrough(host, warnings::add).probe());
        assertEquals(List.of(), host.loaded(), "asking loads nothing");
    }

    @Test
    void intelThatTheKernelDoesNotUse() {
        FakeHost host = withoutGroups();
        host.text("sys/firmware/acpi/tables/DMAR", "");
        assertTrue(no(host).remedy().contains("intel_iommu=on"));
    }

    @Test
    void amdThatTheKernelDoesNotUse() {
        FakeHost host = withoutGroups();
        host.text("sys/firmware/acpi/tables/IVRS", "");
        assertTrue(no(host).reason().contains("AMD"));
    }

    @Test
    void anIommuThatIsSwitchedOffIsToldByTheArgument() {
        FakeHost host = withoutGroups();
        host.text("sys/firmware/acpi/tables/IVRS", "");
        host.text("proc/cmdline", "quiet amd_iommu=off");
        assertTrue(no(host).reason().contains("amd_iommu=off"));
    }

    @Test
    void noIommuAtAll() {
        assertTrue(no(withoutGroups()).remedy().contains("firmware"));
    }

    @Test
    void aKernelWithoutTheDriver() {
        FakeHost host = Hosts.workstation(root);
        host.text("lib/modules/6.1.0-test/modules.dep", "kernel/drivers/net/tun.ko:");
        assertTrue(no(host).reason().contains("6.1.0-test"));
    }

    @Test
    void aDriverThatIsBuiltInOrLoadedNeedsNoModule() {
        FakeHost host = Hosts.workstation(root);
        host.text("lib/modules/6.1.0-test/modules.dep", "");
        host.text("lib/modules/6.1.0-test/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko");
        assertEquals(Availability.available(), new PassThrough(host, warnings::add).probe());
        host.text("lib/modules/6.1.0-test/modules.builtin", "");
        host.driver("vfio-pci");
        assertEquals(Availability.available(), new PassThrough(host, warnings::add).probe());
    }

    @Test
    void aKernelThatTakesNoMoreModules() {
        FakeHost host = Hosts.workstation(root);
        host.text("proc/sys/kernel/modules_disabled", "1");
        no(host);
    }

    @Test
    void notRoot() {
        FakeHost host = Hosts.workstation(root);
        host.privileged(false);
        assertTrue(no(host).remedy().contains("root"));
    }

    @Test
    void noSysfs() throws Exception {
        FakeHost host = new FakeHost(root);
        Files.delete(root.resolve("sys/kernel/iommu_groups"));
        Files.delete(root.resolve("sys/kernel"));
        assertInstanceOf(Availability.Unknown.class, new PassThrough(host, warnings::add).probe());
    }

    @Test
    void thisHostAnswersQuicklyAndInOneOfThreeWays() {
        long start = System.nanoTime();
        Availability answer = new PassThrough(new HostTree(), warnings::add).probe();
        assertTrue(System.nanoTime() - start < 3_000_000_000L, "a probe costs 300 ms at most, also on a host under load");
        if (answer instanceof Availability.Unsupported no) {
            assertTrue(no.reason().endsWith("."), no.reason());
        }
    }
}
