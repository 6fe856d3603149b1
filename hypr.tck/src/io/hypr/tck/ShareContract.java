package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.ShareFileSystem;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** The facet {@code virtiofs}: directories of the host in the guest. */
abstract class ShareContract extends Part {

    ShareContract(VmmBackendContract contract) {
        super(contract, "virtiofs");
    }

    /** Words that mount both shares. */
    private static String mount(VmSession vm) {
        ShareFileSystem shares = vm.shares();
        String mount = "mount -t " + shares.type() + (shares.options().isEmpty() ? " " : " -o " + shares.options() + " ");
        return "mkdir -p /tmp/one /tmp/two && " + mount + "one /tmp/one && " + mount + "two /tmp/two && ";
    }

    private VmPlan plan(Path one, Path two) {
        return fixture().withShares(List.of(new VmPlan.Share("one", one, false), new VmPlan.Share("two", two, true)));
    }

    @Test
    void theGuestReadsAndWritesWhatTheHostHas() throws Exception {
        Path one = Files.createDirectory(fixture().directory().resolve("one"));
        Path two = Files.createDirectory(fixture().directory().resolve("two"));
        Files.writeString(one.resolve("from-host"), "hello");
        Files.writeString(two.resolve("from-host"), "read only");
        VmSession vm = launch(plan(one, two));
        assertEquals("0", contract().shell(vm, mount(vm) + "[ \"$(cat /tmp/one/from-host)\" = hello ] && [ \"$(cat /tmp/two/from-host)\" = "
                + "'read only' ] && echo back > /tmp/one/from-guest"
            + " && chown 1234:5678 /tmp/one/from-guest && ! touch /tmp/two/written 2>/dev/null"));
        assertEquals("back\n", Files.readString(one.resolve("from-guest")));
        assertEquals(1234, Files.getAttribute(one.resolve("from-guest"), "unix:uid"));
        assertFalse(Files.exists(two.resolve("written")), "a read-only share");
    }

    @Test
    void aFileIsAllThatItsShareHasAndTheSameOnBothSides() throws Exception {
        Path one = Files.writeString(fixture().directory().resolve("one"), "hello");
        Path two = Files.writeString(fixture().directory().resolve("two"), "read only");
        if (!contract().confines()) { // It cannot mount a file alone.
            assertTrue(refused(plan(one, two), ErrorCode.UNSUPPORTED).getMessage().contains(one.toString()));
            assertEquals(List.of(), fixture().traces());
            return;
        }
        VmSession vm = launch(plan(one, two));
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.shell(mount(vm) + "[ \"$(ls -A /tmp/one /tmp/two | tr -d '\\n')\" = /tmp/one:file/tmp/two:file ] && "
                    + "[ \"$(cat /tmp/one/file)\" = hello ] && [ \"$(cat /tmp/two/file)\" = 'read only' ] && echo back > /tmp/one/file && "
                    + "! touch /tmp/one/new 2>/dev/null && ! rm -f /tmp/one/file 2>/dev/null && ! (echo no > /tmp/two/file) 2>/dev/null"));
            assertEquals("back\n", Files.readString(one));
            assertEquals("read only", Files.readString(two));
            Files.writeString(one, "again");
            assertEquals("0", guest.shell("[ \"$(cat /tmp/one/file)\" = again ]"));
        }
    }

    @Test
    void theGuestCannotLeaveTheShare() throws Exception {
        Path one = Files.createDirectory(fixture().directory().resolve("one"));
        Path two = Files.createDirectory(fixture().directory().resolve("two"));
        Files.createSymbolicLink(one.resolve("out"), fixture().directory());
        VmSession vm = launch(plan(one, two));
        assertEquals("0", contract().shell(
                vm, mount(vm) + "! ls /tmp/one/../one/run /tmp/one/out/run 2>/dev/null && [ $(ls -a /tmp/one/.. | grep -c image) = 0 ]"));
    }

    @Test
    void sharesOutliveWhoStartedThemAndGoWithTheMicroVm() throws Exception {
        Path one = Files.createDirectory(fixture().directory().resolve("one"));
        Path two = Files.createDirectory(fixture().directory().resolve("two"));
        VmSession vm = launch(plan(one, two));
        vm.close();
        VmSession again = attach(vm.record());
        try (Guest guest = Guest.hello(again, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.shell(mount(again) + "touch /tmp/one/there"));
            assertTrue(Files.exists(one.resolve("there")));
        }
        again.kill();
        Fixture.await("all processes end with the VMM", () -> fixture().isIdle());
        backend().discard(again.record());
        assertEquals(List.of(), fixture().traces());
        assertTrue(Files.exists(one.resolve("there")), "what is in the directory is never touched");
    }

    @Test
    void aDirectoryThatIsMissingIsAnErrorThatNamesIt() throws Exception {
        HyprException refusal = refused(plan(fixture().directory().resolve("no-such-directory"), fixture().directory()), ErrorCode.NOT_FOUND);
        assertTrue(refusal.getMessage().contains("no-such-directory"), refusal.getMessage());
        assertEquals(List.of(), fixture().traces());
    }
}
