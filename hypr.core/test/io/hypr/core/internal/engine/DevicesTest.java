package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.Devices.HostDevice;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

@Timeout(60)
class DevicesTest extends OneEngine {

    private DeviceService devices;

    @BeforeEach
    void openEngine() {
        open();
        devices = new DeviceService(() -> engine);
    }

    private String create(String program, List<String> addresses, List<String> gpus) {
        ContainerSpec spec = Fakes.spec(program);
        spec.devices.addAll(addresses);
        spec.gpus.addAll(gpus);
        return containers.create(spec).id;
    }

    @Test
    void devicesReachThePlanAndComeBackAtTheEnd() throws Exception {
        String id = create("sleep", List.of(FakeDevices.NIC), List.of("1"));
        assertTrue(host.devices.isEmpty());
        containers.start(id);
        assertEquals(Set.of(FakeDevices.NIC, FakeDevices.GPUS.get(1)), host.devices.keySet());
        assertEquals(List.of(new VmPlan.PassThrough("vfio-pci", "0000:03:00.0"), new VmPlan.PassThrough("vfio-pci", "0000:02:00.0")),
            backend().plans.getLast().devices());
        ContainerInfo info = containers.inspect(id);
        assertEquals(List.of("0000:03:00.0", "0000:02:00.0"), info.devices.getFirst().lent);
        Map<String, HostDevice> seen = devices.list().stream().collect(Collectors.toMap(d -> d.address, d -> d));
        assertEquals(info.name, seen.get(FakeDevices.NIC).containerName);
        assertEquals(-1, seen.get(FakeDevices.NIC).gpu);
        assertEquals("", seen.get(FakeDevices.GPUS.get(0)).container);
        assertEquals(1, seen.get(FakeDevices.GPUS.get(1)).gpu);
        assertFalse(seen.get(FakeDevices.GPUS.get(1)).lendable.isAvailable());
        containers.kill(id, "TERM");
        containers.await(id, Until.NOT_RUNNING);
        assertTrue(host.devices.isEmpty());
        assertTrue(containers.inspect(id).devices.isEmpty());
    }

    @Test
    void allGpusAreThoseThatAreFree() {
        String one = create("sleep", List.of(), List.of("count=1"));
        containers.start(one);
        assertEquals(Set.of(FakeDevices.GPUS.get(0)), host.devices.keySet());
        String rest = create("sleep", List.of(), List.of("all"));
        containers.start(rest);
        assertEquals(Set.copyOf(FakeDevices.GPUS), host.devices.keySet());
        HyprException none = assertThrows(HyprException.class, () -> containers.start(create("sleep", List.of(), List.of("all"))));
        assertEquals(ErrorCode.IN_USE, none.code());
        assertTrue(none.getMessage().contains("Container " + containers.inspect(one).name + " has it."), none.getMessage());
        HyprException taken = assertThrows(HyprException.class, () -> containers.start(create("sleep", List.of(), List.of("0"))));
        assertEquals(ErrorCode.IN_USE, taken.code());
        containers.remove(one, true);
        containers.remove(rest, true);
        assertTrue(host.devices.isEmpty());
    }

    @Test
    void aClaimSurvivesTheEngineAndIsGivenBackWhenTheVmHasGoneMeanwhile() throws Exception {
        String lives = create("sleep", List.of(FakeDevices.NIC), List.of());
        String dies = create("sleep", List.of(FakeDevices.GPUS.get(0)), List.of());
        containers.start(lives);
        containers.start(dies);
        engine.close();
        host.vms.get(dies).end();
        open();
        engine.awaitReconciled();
        assertEquals(Set.of(FakeDevices.NIC), host.devices.keySet());
        assertEquals(List.of("0000:03:00.0"), containers.inspect(lives).devices.getFirst().lent);
        containers.remove(lives, true);
        assertTrue(host.devices.isEmpty());
    }

    @Test
    void whatCannotBeLentIsRefusedAndLeavesNothing() {
        for (String bad : List.of("/dev/fuse", "", "pci:", "pci:0 0")) {
            HyprException e = assertThrows(HyprException.class, () -> create("true", List.of(bad), List.of()));
            assertEquals(ErrorCode.UNSUPPORTED, e.code());
        }
        for (String bad : List.of("-1", "count=0", "some", "")) {
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> create("true", List.of(), List.of(bad))).code());
        }
        assertEquals(0, containers.list().size());
        String unknown = create("true", List.of("usb:1-2"), List.of());
        assertEquals("No device driver that is there knows devices such as usb:1-2.",
                assertThrows(HyprException.class, () -> containers.start(unknown)).getMessage());
        String missing = create("true", List.of(FakeDevices.NIC, "pci:0000:09:00.0"), List.of());
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> containers.start(missing)).code());
        assertEquals(FakeHost.NOTHING, host.leftovers());
        FakeDevices held = new FakeDevices(host.socket);
        held.lendable = Availability.unsupported("The host shows its screen with it.", "");
        engine.services().devices.remove(engine.services().devices.all().getFirst());
        engine.services().devices.add(held, FakeDevices.PROPERTIES);
        HyprException e = assertThrows(HyprException.class, () -> containers.start(create("true", List.of(), List.of("all"))));
        assertTrue(e.getMessage().contains("The host shows its screen with it."), e.getMessage());
    }

    @Test
    void aBackendThatTakesNoDevicesIsPassedOver() {
        FakeBackend plain = new FakeBackend(host.socket);
        engine.services().backends.remove(backend());
        engine.services().backends.add(plain, Map.of("hypr.name", "plain"));
        HyprException e = assertThrows(HyprException.class, () -> containers.start(create("true", List.of(FakeDevices.NIC), List.of())));
        assertEquals("No backend can start microVMs here. plain was passed over: it cannot do vfio.", e.getMessage());
        assertEquals(FakeHost.NOTHING, host.leftovers());
    }
}
