package io.hypr.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.Devices;
import io.hypr.engine.Devices.HostDevice;
import io.hypr.model.Availability;
import io.hypr.shell.internal.FakeCall;
import io.hypr.shell.internal.Fakes;
import io.hypr.shell.internal.format.Listing;

/** Devices as {@code gpu ls} shows them. */
class GpuLsTest {

    private static HostDevice device(String address, int gpu, Availability lendable, String container) {
        HostDevice d = new HostDevice();
        d.deviceDriver = "vfio";
        d.address = address;
        d.gpu = gpu;
        d.kind = gpu < 0 ? "network" : "gpu";
        d.name = gpu < 0 ? "Net" : "Card";
        d.hostDriver = gpu < 0 ? "" : "nvidia";
        d.lendable = lendable;
        d.container = container;
        d.containerName = container;
        d.details.put("IommuGroup", "7");
        return d;
    }

    private static String list(String... words) throws Exception {
        List<HostDevice> all = List.of(
                device("pci:0000:01:00.0", 0, Availability.available(), ""), device("pci:0000:02:00.0", 1, Availability.available(), "web"),
                device("pci:0000:03:00.0", -1,
                Availability.unsupported("The host uses 0000:03:00.0: the host's default route leads over it.", "Leave it."), ""));
        GpuLs command = new GpuLs(Fakes.proxy(Devices.class, (method, a) -> all));
        return ((Listing<?>) command.run(new FakeCall(), command.grammar().parse(List.of(words)))).text();
    }

    @Test
    void gpusAreListedWithTheirNumberAndState() throws Exception {
        assertEquals("""
                GPU       ADDRESS            NAME      DRIVER    GROUP     STATUS
                0         pci:0000:01:00.0   Card      nvidia    7         free
                1         pci:0000:02:00.0   Card      nvidia    7         used by web
                """, list());
    }

    @Test
    void allDevicesAreListedWithTheReasonWhyNot() throws Exception {
        assertEquals("pci:0000:03:00.0   network   Net       -         7         kept: The host uses 0000:03:00.0: the host's default route "
                + "…", list("-a").lines().toList().get(3));
        assertEquals("pci:0000:01:00.0 free\npci:0000:02:00.0 used\npci:0000:03:00.0 kept\n", list("-a", "--format", "{{.Address}} {{.State}}"));
        assertEquals("pci:0000:01:00.0\npci:0000:02:00.0\n", list("-q"));
    }
}
