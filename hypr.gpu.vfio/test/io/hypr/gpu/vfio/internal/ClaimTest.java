package io.hypr.gpu.vfio.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.device.DeviceDriver.Claim;
import io.hypr.device.DeviceDriver.Device;
import io.hypr.device.DeviceDriver.Lent;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What is taken together, and what is refused. */
class ClaimTest {

    private static final String CONTAINER = "c".repeat(64);

    @TempDir
    Path root;
    private final List<String> warnings = new ArrayList<>();
    private FakeHost host;
    private PassThrough devices;
    private List<String> before;

    @BeforeEach
    void prepare() {
        host = Hosts.workstation(root);
        devices = new PassThrough(host, warnings::add);
    }

    private DriverRecord claim(boolean force, String... addresses) {
        before = host.facts();
        return devices.claim(new Claim(CONTAINER, List.of(addresses), 1234, force), List.of(), r -> { });
    }

    private List<String> lent(DriverRecord record) {
        return devices.describe(record).stream().map(Lent::address).toList();
    }

    private HyprException refused(ErrorCode code, String... addresses) {
        HyprException e = assertThrows(HyprException.class, () -> claim(false, addresses));
        assertEquals(code, e.code(), e.getMessage());
        assertEquals(before, host.facts());
        return e;
    }

    private String fact(String address) {
        return host.facts().stream().filter(f -> f.startsWith(address)).findFirst().orElseThrow().substring(address.length() + 1);
    }

    @Test
    void shortFormsAreUnderstood() {
        for (String form : List.of("pci:0000:05:00.0", "0000:05:00.0", "pci:05:00.0", "05:00.0", "5:0.0")) {
            DriverRecord record = claim(false, form);
            assertEquals(List.of("0000:05:00.0"), lent(record), form);
            devices.release(record);
            assertEquals(before, host.facts(), form);
        }
    }

    @Test
    void thePartsOfAGraphicsCardGoWithIt() {
        DriverRecord record = claim(false, "01:00.0");
        assertEquals(List.of("0000:01:00.0", "0000:01:00.1", "0000:01:00.2", "0000:01:00.3"), lent(record));
        assertEquals("driver=vfio-pci override=vfio-pci", fact("0000:01:00.1"));
        assertEquals("driver=pcieport override=", fact("0000:00:01.0"), "the bridge stays");
        devices.release(record);
        assertEquals(before, host.facts());
    }

    @Test
    void aPartOfAGraphicsCardAloneIsRefused() {
        HyprException e = refused(ErrorCode.IN_USE, "01:00.1");
        assertTrue(e.getMessage().contains(
                "IOMMU group 2 also has 0000:01:00.0 (VGA controller [10de:2684]) with driver nvidia, 0000:01:00.2"), e.getMessage());
    }

    @Test
    void aGroupMateThatIsUsedIsARefusalWithItsNameAndDriver() {
        HyprException e = refused(ErrorCode.IN_USE, "04:01.0");
        assertEquals("The device 0000:04:01.0 (Device [1234:11e8]) cannot be passed through alone: IOMMU group 5 also has "
                + "0000:04:02.0 (Device [1af4:1044]) with driver virtio-pci.", e.getMessage());
        assertTrue(e.remedy().orElseThrow().contains("--device pci:0000:04:02.0"), e.remedy().orElseThrow());
    }

    @Test
    void aWholeGroupCanBeNamed() {
        DriverRecord record = claim(false, "04:02.0", "04:01.0");
        assertEquals(List.of("0000:04:02.0", "0000:04:01.0"), lent(record), "in the order that was asked for");
        devices.release(record);
        assertEquals(before, host.facts());
    }

    @Test
    void anIdleGroupMateIsKeptFromTheHostButNotPassedThrough() {
        DriverRecord record = claim(false, "04:02.0");
        assertEquals(List.of("0000:04:02.0"), lent(record));
        assertEquals("driver=vfio-pci override=vfio-pci", fact("0000:04:01.0"));
        devices.release(record);
        assertEquals(before, host.facts());
    }

    @Test
    void theFileOfTheGroupIsGivenToTheVmmsUser() {
        claim(false, "05:00.0");
        assertTrue(host.facts().contains("/dev/vfio/6 of 1234"), () -> host.facts().toString());
    }

    @Test
    void bridgesAreRefused() {
        assertTrue(refused(ErrorCode.UNSUPPORTED, "00:01.0").getMessage().contains("is a bridge"));
    }

    @Test
    void aDeviceBehindNoIommuIsRefused() {
        host.device("0000:06:00.0", "8086:1533", 0x020000, "igb", "");
        assertTrue(refused(ErrorCode.UNSUPPORTED, "06:00.0").getMessage().contains("behind no IOMMU"));
    }

    @Test
    void whatVfioHadBeforeStaysWithIt() {
        host.device("0000:07:00.0", "10de:1db6", 0x030200, "vfio-pci", "9");
        host.text("dev/vfio/9", "");
        DriverRecord record = claim(false, "07:00.0");
        assertTrue(host.facts().contains("/dev/vfio/9 of 1234"), () -> host.facts().toString());
        devices.release(record);
        assertEquals(before.stream().filter(f -> f.startsWith("0000:07")).toList(), host.facts().stream().filter(f -> f.startsWith("0000:07")).toList());
        assertTrue(host.facts().contains("/dev/vfio/9 of 0"), () -> host.facts().toString());
    }

    @Test
    void whatAnotherProgramHasThroughVfioIsRefusedWithItsName() {
        host.device("0000:07:00.0", "10de:1db6", 0x030200, "vfio-pci", "9");
        host.text("dev/vfio/9", "");
        host.process(4711, "qemu-system-x86", "/dev/vfio/9");
        host.open("9", true);
        HyprException e = refused(ErrorCode.IN_USE, "07:00.0");
        assertTrue(e.getMessage().contains("process 4711 (qemu-system-x86)"), e.getMessage());
    }

    @Test
    void whatTheHostNeedsIsTakenByForceOnly() {
        HyprException e = refused(ErrorCode.IN_USE, "00:02.0");
        assertTrue(e.remedy().orElseThrow().endsWith("--device pci:0000:00:02.0,force"), e.remedy().orElseThrow());
        DriverRecord record = claim(true, "00:02.0");
        assertEquals("driver=vfio-pci override=vfio-pci", fact("0000:00:02.0"));
        devices.release(record);
        assertEquals(before, host.facts());
    }

    @Test
    void theDriverIsLoadedWhenItIsNeeded() {
        claim(false, "05:00.0");
        assertEquals(List.of("vfio-pci", "vfio_iommu_type1"), host.loaded());
    }

    @Test
    void aDriverThatCannotBeLoadedStopsTheClaim() {
        host.loadable();
        HyprException e = refused(ErrorCode.UNSUPPORTED, "05:00.0");
        assertTrue(e.getMessage().contains("modprobe: FATAL: Module vfio-pci not found"), e.getMessage());
    }

    @Test
    void aKernelThatRefusesLeavesAllAsItWas() {
        host.refuse("vfio-pci");
        HyprException e = refused(ErrorCode.UNAVAILABLE, "01:00.0");
        assertEquals("The kernel does not let vfio-pci have the device 0000:01:00.0.", e.getMessage());
    }

    @Test
    void aGroupThatIsOpenIsNotGivenBackYet() {
        DriverRecord record = claim(false, "05:00.0");
        List<String> claimed = host.facts();
        host.process(4711, "qemu-system-x86", "/dev/vfio/6");
        host.open("6", true);
        HyprException e = assertThrows(HyprException.class, () -> devices.release(record));
        assertEquals(ErrorCode.IN_USE, e.code());
        assertTrue(e.getMessage().contains("process 4711 (qemu-system-x86)"), e.getMessage());
        assertEquals(claimed, host.facts());
        host.open("6", false);
        devices.release(record);
        assertEquals(before, host.facts());
    }

    @Test
    void aDriverThatRefusesIsToldAndCanBeTriedAgain() {
        DriverRecord record = claim(false, "01:00.0");
        host.refuse("snd_hda_intel");
        HyprException e = assertThrows(HyprException.class, () -> devices.release(record));
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
        assertEquals("The device 0000:01:00.1 cannot be given back to the driver snd_hda_intel.", e.getMessage());
        assertEquals("driver=nvidia override=", fact("0000:01:00.0"), "the others are back");
        host.accept("snd_hda_intel");
        devices.release(record);
        assertEquals(before, host.facts());
    }

    @Test
    void aDriverThatIsGoneIsNoReasonToTryForEver() throws Exception {
        DriverRecord record = claim(false, "03:00.0");
        host.unload("igc");
        devices.release(record);
        assertEquals("driver= override=", fact("0000:03:00.0"));
        assertTrue(warnings.getFirst().contains("The driver igc of the device 0000:03:00.0 is not loaded any more"), warnings::toString);
    }

    @Test
    void anOverrideOfTheUsersIsThereAgain() {
        host.text("sys/devices/pci0000:05/0000:05:00.0/driver_override", "virtio-pci");
        DriverRecord record = claim(false, "05:00.0");
        assertEquals("driver=vfio-pci override=vfio-pci", fact("0000:05:00.0"));
        devices.release(record);
        assertEquals("driver=virtio-pci override=virtio-pci", fact("0000:05:00.0"));
    }

    @Test
    void anotherDeviceAtTheSamePlaceIsLeftAlone() {
        DriverRecord record = claim(false, "05:00.0");
        host.text("sys/devices/pci0000:05/0000:05:00.0/device", "0x1533");
        List<String> changed = host.facts();
        devices.release(record);
        assertEquals(changed, host.facts());
    }

    @Test
    void afterARestartOfTheHostNothingIsTouched() {
        DriverRecord record = claim(false, "05:00.0");
        host.text("proc/sys/kernel/random/boot_id", "second-boot");
        List<String> now = host.facts();
        devices.release(record);
        assertEquals(now, host.facts());
    }

    @Test
    void onlyDevicesOfTheClaimAreWrittenTo() {
        host.interrupt(count -> { });
        devices.release(claim(false, "01:00.0"));
        for (String line : host.written()) {
            assertTrue(line.contains("0000:01:00."), line);
        }
    }

    @Test
    void theScanSaysWhyNot() {
        List<Device> all = devices.scan();
        assertEquals(List.of("pci:0000:00:02.0", "pci:0000:01:00.0"), all.stream().filter(d -> d.kind().equals("gpu")).map(Device::address).toList());
        Device card = device(all, "pci:0000:01:00.0");
        assertEquals(Availability.available(), card.lendable());
        assertEquals("pci:0000:01:00.1, pci:0000:01:00.2, pci:0000:01:00.3", card.details().get("GoesWith"));
        assertEquals("flr, bus", card.details().get("Resets"));
        assertEquals("2", card.details().get("IommuGroup"));
        assertTrue(device(all, "pci:0000:00:02.0").lendable() instanceof Availability.Unsupported no && no.reason().contains("screen"));
        assertTrue(device(all, "pci:0000:04:01.0").lendable() instanceof Availability.Unsupported no && no.reason().contains("0000:04:02.0"));
        assertTrue(all.stream().noneMatch(d -> d.address().startsWith("pci:0000:00:0") && !d.address().endsWith("2.0")), "bridges are not shown");
    }

    private static Device device(List<Device> all, String address) {
        return all.stream().filter(d -> d.address().equals(address)).findFirst().orElseThrow();
    }

    @Test
    void aCrashAnywhereIsUndoneByTheRecord() {
        List<String> clean = host.facts();
        int steps = 0;
        for (int at = 0; crashes(at); at++) {
            assertEquals(clean, host.facts(), "after a crash at point " + at);
            steps++;
        }
        assertTrue(steps > 20, "points: " + steps);
    }

    /** Ends the driver at one point of a claim or of its release, gives back by the record, and says whether that point was reached. */
    private boolean crashes(int at) {
        List<DriverRecord> records = new ArrayList<>();
        host.interrupt(count -> {
            if (count == at) {
                throw new Killed();
            }
        });
        boolean reached = false;
        try {
            DriverRecord r = devices.claim(new Claim(CONTAINER, List.of("01:00.0", "04:02.0"), 1234, false), List.of(), records::add);
            devices.release(r);
        } catch (Killed e) {
            reached = true;
        }
        host.interrupt(count -> { });
        new PassThrough(host, warnings::add).release(records.getFirst());
        return reached;
    }

    /** As if the process had ended: nothing catches it. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }
}
