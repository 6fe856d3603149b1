package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.DriverRecord;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;

/** Cleaning up, wherever a launch or a life was cut short. */
abstract class DiscardContract extends Part {

    DiscardContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void discardEndsARunningMicroVmAndTwiceIsFine() throws Exception {
        VmSession vm = launch(fixture().plan());
        VmmBackend backend = backend();
        backend.discard(vm.record());
        assertEquals(VmState.ENDED, vm.state());
        assertEquals(List.of(), fixture().traces());
        backend.discard(vm.record());
        fixture().assertDisksThere();
    }

    @Test
    void discardByTheIntentCleansUpAsWell() throws Exception {
        launch(fixture().plan());
        backend().discard(intents().getFirst());
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void discardOfALaunchThatNeverBeganIsFine() throws Exception {
        launch(fixture().plan());
        DriverRecord record = intents().getFirst();
        backend().discard(record);
        Files.delete(fixture().plan().runDirectory());
        backend().discard(record);
        assertFalse(Files.exists(fixture().plan().runDirectory()), "nothing is made by discard");
        Files.createDirectory(fixture().plan().runDirectory());
    }

    @Test
    void discardFindsAMicroVmWhoseRunDirectoryWasEmptied() throws Exception {
        VmSession vm = launch(fixture().plan());
        fixture().emptyRunDirectory();
        backend().discard(vm.record());
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void theSameContainerCanBeStartedAgain() throws Exception {
        VmSession first = launch(fixture().plan());
        backend().discard(first.record());
        VmSession second = launch(fixture().plan());
        assertEquals(VmState.RUNNING, second.state());
    }
}
