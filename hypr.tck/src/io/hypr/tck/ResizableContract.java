package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Set;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Resizable;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** The facet {@code resizable}: seen by the guest, not only by the VMM. */
abstract class ResizableContract extends Part {

    private static final long SMALL = 128L << 20;
    private static final long LARGE = 384L << 20;

    ResizableContract(VmmBackendContract contract) {
        super(contract, "resizable");
    }

    private VmSession growing(Resizable[] facet) throws Exception {
        VmPlan plan = fixture().growing(1, 3, SMALL, LARGE, Set.of("resizable"));
        VmSession vm = launch(plan);
        facet[0] = vm.facet(Resizable.class).orElseThrow();
        return vm;
    }

    @Test
    void theGuestGetsMoreProcessorsAndGivesThemBack() throws Exception {
        Resizable[] facet = new Resizable[1];
        VmSession vm = growing(facet);
        Resizable resizable = facet[0];
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals(1, resizable.processors());
            assertEquals("0", guest.shell("[ $(grep -c ^processor /proc/cpuinfo) = 1 ]"));
            resizable.processors(3);
            resizable.processors(3);
            assertEquals(3, resizable.processors());
            assertEquals("0", guest.shell("mkdir -p /tmp/sys && mount -t sysfs sysfs /tmp/sys; cd /tmp/sys/devices/system/cpu; until [ -e "
                    + "cpu1/online ] && [ -e cpu2/online ]; do sleep 0.1; done;"
                + " for cpu in cpu1 cpu2; do [ $(cat $cpu/online) = 1 ] || echo 1 > $cpu/online; done; [ $(grep -c ^processor "
                + "/proc/cpuinfo) = 3 ]"), "the guest works with three");
            resizable.processors(1);
            assertEquals(1, resizable.processors());
            assertEquals("0", guest.shell("until [ $(grep -c ^processor /proc/cpuinfo) = 1 ]; do sleep 0.1; done"), "the guest works with one");
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> resizable.processors(4)).code());
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> resizable.processors(0)).code());
        }
    }

    @Test
    void theGuestGetsMoreMemoryAndGivesItBack() throws Exception {
        Resizable[] facet = new Resizable[1];
        VmSession vm = growing(facet);
        Resizable resizable = facet[0];
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals(SMALL, resizable.memory());
            assertEquals("0", guest.shell(memory("-lt", SMALL)));
            resizable.memory(LARGE);
            resizable.memory(LARGE);
            assertEquals(LARGE, resizable.memory());
            assertEquals("0", guest.shell("until " + memory("-gt", LARGE - (64L << 20)) + "; do sleep 0.1; done"), "the guest has the memory");
            resizable.memory(SMALL);
            assertEquals("0", guest.shell("until " + memory("-lt", SMALL) + "; do sleep 0.1; done"), "the guest has given it back");
            assertEquals(SMALL, resizable.memory());
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> resizable.memory(LARGE + (2L << 20))).code());
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> resizable.memory(SMALL - (2L << 20))).code());
        }
    }

    /** A shell condition on what the guest's kernel has in all. */
    private static String memory(String comparison, long bytes) {
        return "[ $(sed -n 's/MemTotal: *\\([0-9]*\\) kB/\\1/p' /proc/meminfo) " + comparison + " " + bytes / 1024 + " ]";
    }
}
