package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;

/** Starting a microVM: the intent, the confinement, the guest that comes up. */
abstract class LaunchContract extends Part {

    LaunchContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void theGuestSaysWelcomeOnTheLink() throws Exception {
        VmSession vm = launch(fixture().plan());
        assertEquals(VmState.RUNNING, vm.state());
        try (Guest guest = Guest.hello(vm, true)) {
            assertEquals(1, guest.generation());
        }
    }

    @Test
    void theIntentComesBeforeAnythingIsMade() throws Exception {
        List<String> seen = new ArrayList<>();
        VmSession vm = backend().launch(fixture().plan(), record -> {
            intents().add(record);
            seen.addAll(fixture().traces());
        });
        contract().keep(vm);
        assertEquals(List.of(), seen);
        assertEquals(1, intents().size());
        assertEquals(name(), intents().getFirst().owner());
        assertEquals(fixture().plan().id(), intents().getFirst().id());
        assertEquals(fixture().plan().id(), vm.record().id());
        assertEquals(name(), vm.record().owner());
    }

    @Test
    void anIntentThatCannotBeKeptStopsTheLaunch() throws Exception {
        VmmBackend backend = backend();
        assertThrows(IllegalStateException.class, () -> backend.launch(fixture().plan(), record -> {
            throw new IllegalStateException("The disk is full");
        }));
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void allOfItRunsAsTheJailsUserInItsControlGroup() throws Exception {
        assumeTrue(contract().confines(), "the backend confines no VMMs");
        assumeTrue(Fixture.hasControlGroups(), "this host has no control groups mounted");
        VmSession vm = launch(fixture().plan());
        List<Long> processes = fixture().processes();
        assertTrue(processes.contains(vm.pid()), "the VMM " + vm.pid() + " is in the control group with " + processes);
        int uid = fixture().plan().jail().uid();
        for (long process : processes) {
            String status = Files.readString(Path.of("/proc/" + process + "/status"));
            assertTrue(status.contains("\nUid:\t%d\t%d\t%d\t%d\n".formatted(uid, uid, uid, uid)), status);
            assertTrue(status.contains("\nNoNewPrivs:\t1\n"), status);
            assertTrue(status.contains("\nCapEff:\t0000000000000000\n"), status);
        }
    }

    @Test
    void nothingTiesTheVmmToWhoStartedIt() throws Exception {
        VmSession vm = launch(fixture().plan());
        String[] stat = Files.readString(Path.of("/proc/" + vm.pid() + "/stat")).replaceFirst("^.*\\) ", "").split(" ");
        assertEquals(Long.toString(vm.pid()), stat[3], "a session of its own: no terminal's end reaches it");
        assertEquals("/dev/null", Files.readSymbolicLink(Path.of("/proc/" + vm.pid() + "/fd/0")).toString(), "standard input");
    }

    @Test
    void whatTheGuestPrintsDoesNotFillTheHostsDisk() throws Exception {
        VmSession vm = launch(fixture().plan());
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.shell("mkdir -p /tmp; mknod /tmp/console c 5 1 && mknod /tmp/kmsg c 1 11 && echo '<0>first words' > /tmp/kmsg"
                + " && dd if=/dev/zero bs=64k count=800 | tr '\\0' x > /tmp/console && echo '<0>last words' > /tmp/kmsg"));
            Fixture.await("the end of it is in the log", () -> fixture().log().contains("last words"));
            assertTrue(Files.size(fixture().plan().log()) <= 2 << 20, "50 MB make a log of " + Files.size(fixture().plan().log()));
            guest.shutDown();
        }
        assertTrue(vm.awaitExit(VmmBackendContract.LONG));
    }

    @Test
    void severalProcessorsAndMoreMemoryBootToo() throws Exception {
        VmSession vm = launch(fixture().with(2, 512L << 20));
        Guest.hello(vm, true).close();
    }
}
