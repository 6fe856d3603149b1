package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;

/** Disks: in order, read-only ones shared, writable ones held by one microVM. */
abstract class DiskContract extends Part {

    DiskContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void theGuestReadsItsFirstDiskAndWritesItsSecond() throws Exception {
        VmSession vm = launch(fixture().plan());
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.run(Fixture.SHELL_COMMAND));
            guest.shutDown();
        }
        assertTrue(vm.awaitExit(VmmBackendContract.LONG));
        assertTrue(fixture().upperHolds(Fixture.WRITTEN), "what the guest wrote is on its disk");
    }

    @Test
    void aReadOnlyDiskServesSeveralMicroVms() throws Exception {
        try (Fixture second = fixture().sibling()) {
            VmSession one = launch(fixture().plan());
            VmSession two = launch(second.plan());
            Guest.hello(one, true).close();
            Guest.hello(two, true).close();
            backend().discard(two.record());
            second.assertGone();
        }
    }

    @Test
    void aWritableDiskServesOneMicroVmOnly() throws Exception {
        VmSession first = launch(fixture().plan());
        try (Fixture second = fixture().sibling()) {
            VmmBackend backend = backend();
            HyprException refusal = assertThrows(HyprException.class, () -> launch(backend, second.onDisksOf(fixture())),
                    () -> "The first microVM " + state(first) + ".");
            assertEquals(ErrorCode.IN_USE, refusal.code(), refusal.getMessage());
            second.assertGone();
        }
        Guest.hello(first, true).close();
    }

    @Test
    void aDiskThatIsMissingIsAnErrorThatNamesIt() throws Exception {
        Path missing = fixture().directory().resolve("no-such-disk");
        HyprException refusal = refused(fixture().withDisk(missing), ErrorCode.NOT_FOUND);
        assertTrue(refusal.getMessage().contains("no-such-disk"), refusal.getMessage());
        assertEquals(List.of(), fixture().traces());
        fixture().assertDisksUntouched();
    }

    /** A microVM that ended by itself leaves its disk to others: that is another fault. */
    private static String state(VmSession vm) {
        try {
            return vm.awaitExit(Duration.ZERO) ? "had ended: " + vm.ending() : "runs";
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
