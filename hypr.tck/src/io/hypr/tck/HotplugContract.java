package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Hotplug;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** The facet {@code hotplug}: what is plugged works in the guest, and can be taken away. */
abstract class HotplugContract extends Part {

    private static final String MAC = "02:42:ac:11:00:09";

    HotplugContract(VmmBackendContract contract) {
        super(contract, "hotplug");
    }

    @Test
    void aDiskComesAndGoesAndComesAgain() throws Exception {
        Path file = fixture().disk("plugged", "8M");
        VmSession vm = launch(fixture().withFacets(Set.of("hotplug")));
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            Hotplug hotplug = vm.facet(Hotplug.class).orElseThrow();
            for (int times = 0; times < 2; times++) {
                String disk = hotplug.plug(new VmPlan.Disk(file, false));
                assertEquals("0", guest.shell("until [ -e /sys/block/vdc/size ]; do sleep 0.1; done; mkdir -p /tmp; mknod /tmp/vdc b $(tr : "
                        + "' ' < /sys/block/vdc/dev) && dd if=/tmp/vdc of=/dev/null; rm /tmp/vdc"));
                hotplug.unplug(disk);
                assertEquals("0", guest.shell("until [ ! -e /sys/block/vdc ]; do sleep 0.1; done"));
                hotplug.unplug(disk);
            }
        }
    }

    @Test
    void anInterfaceComesAndGoes() throws Exception {
        VmSession vm = launch(fixture().withFacets(Set.of("hotplug")));
        try (Fixture.Tap tap = Fixture.Tap.make(fixture().plan().jail().uid()); Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            Hotplug hotplug = vm.facet(Hotplug.class).orElseThrow();
            String nic = hotplug.plug(new VmPlan.Nic(tap.name(), MAC, 1500));
            assertEquals("0", guest.shell("until grep -q " + MAC + " /sys/class/net/*/address; do sleep 0.1; done"));
            hotplug.unplug(nic);
            assertEquals("0", guest.shell("while grep -q " + MAC + " /sys/class/net/*/address; do sleep 0.1; done"));
        }
    }

    @Test
    void whatIsMissingOnTheHostIsNamedAndNotPlugged() throws Exception {
        VmSession vm = launch(fixture().withFacets(Set.of("hotplug")));
        Hotplug hotplug = vm.facet(Hotplug.class).orElseThrow();
        Path missing = fixture().directory().resolve("no-such-disk");
        HyprException refusal = assertThrows(HyprException.class, () -> hotplug.plug(new VmPlan.Disk(missing, true)));
        assertEquals(ErrorCode.NOT_FOUND, refusal.code(), refusal.getMessage());
        assertEquals("0", shell(vm, "[ ! -e /sys/block/vdc ]"));
    }

    private String shell(VmSession vm, String command) throws Exception {
        return contract().shell(vm, command);
    }
}
