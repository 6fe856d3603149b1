package io.hypr.gpu.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

import io.hypr.device.DeviceDriver;
import io.hypr.device.DeviceDriver.Claim;
import io.hypr.device.DeviceDriver.Lent;
import io.hypr.gpu.vfio.internal.HostTree;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.tck.DeviceDriverContract;

/**
 * The contract, on the kernel and the devices of the lab: a virtio network card alone in its group (01:00.0), an edu device alone
 * (02:00.0), and an edu device that shares its group with a virtio entropy device (04:01.0, 04:02.0).
 */
@EnabledIfEnvironmentVariable(named = "HYPR_LAB", matches = ".+", disabledReason = "takes devices away from the host, so it runs in the lab only: ./dev lab")
class RealDevicesTest extends DeviceDriverContract {

    private static final Path DEVICES = Path.of("/sys/bus/pci/devices");

    @Override
    protected DeviceDriver driver() {
        return new VfioDriver(new HostTree(), warning -> { });
    }

    @Override
    protected String name() {
        return "vfio";
    }

    @Override
    protected String scheme() {
        return "pci";
    }

    @Override
    protected String device() {
        return "pci:0000:01:00.0";
    }

    @Override
    protected String noDevice() {
        return "pci:0000:7f:1f.7";
    }

    @Override
    protected List<String> host() throws IOException {
        List<String> facts = new ArrayList<>();
        try (Stream<Path> all = Files.list(DEVICES)) {
            for (Path device : all.sorted().toList()) {
                Path driver = device.resolve("driver");
                facts.add(device.getFileName() + " driver=" + (Files.exists(driver) ? Files.readSymbolicLink(driver).getFileName() : "") + " override="
                        + Files.readString(device.resolve("driver_override")).strip());
            }
        }
        try (Stream<Path> nodes = Files.list(Path.of("/dev/vfio"))) {
            for (Path node : nodes.sorted().toList()) {
                facts.add(node + " of " + Files.getAttribute(node, "unix:uid"));
            }
        }
        return facts;
    }

    private DriverRecord claim(List<DriverRecord> intents, String... addresses) {
        return driver().claim(new Claim("3".repeat(64), List.of(addresses), 65_534, false), List.of(), intents::add);
    }

    @Test
    void aDeviceWithoutDriverIsTakenAndGivenBack() throws Exception {
        List<String> before = host();
        DriverRecord record = claim(new ArrayList<>(), "02:00.0");
        assertEquals(List.of(new Lent("vfio-pci", "0000:02:00.0")), driver().describe(record));
        assertEquals("vfio-pci", Files.readSymbolicLink(DEVICES.resolve("0000:02:00.0/driver")).getFileName().toString());
        driver().release(record);
        assertEquals(before, host());
    }

    @Test
    void aSharedGroupIsRefusedByTheNameAndDriverOfTheMate() throws Exception {
        List<String> before = host();
        List<DriverRecord> intents = new ArrayList<>();
        HyprException e = assertThrows(HyprException.class, () -> claim(intents, "04:01.0"));
        assertEquals(ErrorCode.IN_USE, e.code());
        assertTrue(e.getMessage().contains("0000:04:02.0") && e.getMessage().contains("virtio-pci"), e.getMessage());
        assertEquals(List.of(), intents);
        assertEquals(before, host());
    }

    @Test
    void aSharedGroupIsTakenWhenAllOfItIsAskedFor() throws Exception {
        List<String> before = host();
        DriverRecord record = claim(new ArrayList<>(), "04:01.0", "04:02.0");
        assertEquals(2, driver().describe(record).size());
        driver().release(record);
        assertEquals(before, host());
    }

    @Test
    void whileAProcessHasTheGroupItIsNotGivenBack() throws Exception {
        List<String> before = host();
        DriverRecord record = claim(new ArrayList<>(), "02:00.0");
        String group = Files.readSymbolicLink(DEVICES.resolve("0000:02:00.0/iommu_group")).getFileName().toString();
        Process user = new ProcessBuilder("sh", "-c", "exec 3<>/dev/vfio/" + group + "; echo open; read end").start();
        try {
            assertEquals("open", user.inputReader().readLine());
            HyprException e = assertThrows(HyprException.class, () -> driver().release(record));
            assertEquals(ErrorCode.IN_USE, e.code());
            assertTrue(e.getMessage().contains("process " + user.pid() + " ("), e.getMessage());
        } finally {
            user.getOutputStream().close();
            user.waitFor();
        }
        driver().release(record);
        assertEquals(before, host());
    }
}
