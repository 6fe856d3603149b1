package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.Templates;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** The facet {@code templates}: microVMs that start from the memory of another. */
abstract class TemplateContract extends Part {

    TemplateContract(VmmBackendContract contract) {
        super(contract, "templates");
    }

    private Templates templates() throws Exception {
        return assertInstanceOf(Templates.class, backend(), "a backend with this facet implements Templates");
    }

    /** Boots a microVM of the plan's shape and saves it. */
    private Path saved(VmPlan plan) throws Exception {
        Path directory = Files.createDirectory(fixture().directory().resolve("template"));
        try (Fixture maker = fixture().sibling()) {
            VmPlan own = maker.withFacets(Set.of("snapshots"));
            VmSession vm = launch(new VmPlan(own.id(), plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), plan.boot(), own.disks(),
                plan.nics().stream().map(nic -> new VmPlan.Nic("", "02:00:00:00:00:01", nic.mtu())).toList(), own.devices(), own.shares(),
                own.runDirectory(), own.log(), own.jail(),
                own.facets(), plan.options()));
            try (Guest _ = Guest.arrived(vm)) {
                vm.facet(Snapshots.class).orElseThrow().save(directory);
            }
            vm.kill();
            backend().discard(vm.record());
            maker.assertGone();
        }
        return directory;
    }

    private VmSession launch(Templates templates, Path template, VmPlan plan) {
        return contract().keep(templates.launch(template, plan, intents()::add));
    }

    /** Two that started from one template, the first with the fixture's own plan, which writes its disk and ends. */
    private void assertStrangers(VmSession one, VmSession two) throws Exception {
        try (Guest guest = Guest.hello(one, true); Guest stranger = Guest.hello(two, true)) {
            assertNotEquals(HexFormat.of().formatHex(guest.bootId()), HexFormat.of().formatHex(stranger.bootId()), "each is a boot of its own");
            guest.setUp("/dev/vda", "/dev/vdb");
            stranger.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.run(Fixture.SHELL_COMMAND));
            guest.shutDown();
        }
        assertTrue(one.awaitExit(VmmBackendContract.LONG));
        assertTrue(fixture().upperHolds(Fixture.WRITTEN), "what the guest wrote is on its disk");
    }

    @Test
    void aTemplateStartsManyThatAreStrangers() throws Exception {
        Path template = saved(fixture().plan());
        try (Fixture second = fixture().sibling()) {
            Templates templates = templates();
            VmSession one = launch(templates, template, fixture().plan());
            VmSession two = launch(templates, template, second.plan());
            assertEquals(VmState.RUNNING, one.state());
            assertStrangers(one, two);
            assertFalse(second.upperHolds(Fixture.WRITTEN), "and on no other's");
            backend().discard(two.record());
            second.assertGone();
        }
    }

    @Test
    void aMicroVmOfATemplateIsTakenOverAsAnyOther() throws Exception {
        Path template = saved(fixture().plan());
        VmSession first = launch(templates(), template, fixture().plan());
        byte[] boot;
        try (Guest guest = Guest.hello(first, true)) {
            boot = guest.bootId();
        }
        first.close();
        VmSession second = attach(first.record());
        try (Guest guest = Guest.hello(second, false)) {
            assertEquals(HexFormat.of().formatHex(boot), HexFormat.of().formatHex(guest.bootId()));
        }
        backend().discard(second.record());
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void theGuestHasTheDisksAndTheInterfaceOfItsOwnPlan() throws Exception {
        try (Fixture.Tap tap = Fixture.Tap.make(fixture().plan().jail().uid())) {
            VmPlan plan = fixture().withNic(tap.name(), "02:42:ac:11:00:02");
            Path template = saved(plan);
            Path upper = plan.disks().get(1).file();
            try (RandomAccessFile file = new RandomAccessFile(upper.toFile(), "rw")) {
                file.setLength(96L << 20);
            }
            VmSession vm = launch(templates(), template, plan);
            try (Guest guest = Guest.hello(vm, true)) {
                assertEquals(0, guest.setUpInterface("/dev/vda", "02:42:ac:11:00:02"));
                assertEquals("0", guest.shell("read address < /sys/class/net/eth0/address && [ $address = 02:42:ac:11:00:02 ] || exit 9; "
                    + "while read size < /sys/class/block/vdb/size && [ $size != " + (96 << 11) + " ]; do :; done"),
                    "9: the hardware address is not the plan's");
            }
        }
    }

    @Test
    void aMicroVmOutlivesItsTemplate() throws Exception {
        Path template = saved(fixture().plan());
        Templates templates = templates();
        VmSession vm = launch(templates, template, fixture().plan());
        try (Guest guest = Guest.hello(vm, true)) {
            delete(template);
            templates.keep(Set.of());
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.run(Fixture.SHELL_COMMAND));
        }
    }

    @Test
    void manyWaitForTheirStartAndGoOnAsStrangers() throws Exception {
        Path template = saved(fixture().plan());
        try (Fixture second = fixture().sibling()) {
            Templates templates = templates();
            VmSession one = contract().keep(templates.restore(template, fixture().plan(), intents()::add));
            VmSession two = contract().keep(templates.restore(template, second.plan(), intents()::add));
            assertEquals(VmState.PAUSED, one.state());
            assertEquals(VmState.PAUSED, two.state());
            for (VmSession waiting : List.of(one, two)) {
                waiting.facet(Pausable.class).orElseThrow().resume();
                assertEquals(VmState.RUNNING, waiting.state());
            }
            assertStrangers(one, two);
            backend().discard(two.record());
            second.assertGone();
        }
    }

    @Test
    void whatWaitsForItsStartIsTakenOverAndDiscardedAsAnyOther() throws Exception {
        Path template = saved(fixture().plan());
        VmSession first = contract().keep(templates().restore(template, fixture().plan(), intents()::add));
        first.close();
        VmSession second = attach(first.record());
        assertEquals(VmState.PAUSED, second.state());
        backend().discard(second.record());
        assertEquals(VmState.ENDED, second.state());
        assertEquals(List.of(), fixture().traces());
        fixture().assertDisksThere();
    }

    private static void delete(Path template) throws IOException {
        try (Stream<Path> files = Files.list(template)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(template);
    }

    @Test
    void aDamagedTemplateIsSaidToBeOne() throws Exception {
        Path template = saved(fixture().plan());
        try (Stream<Path> files = Files.list(template)) {
            for (Path file : files.toList()) {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.setLength(open.length() / 2);
                }
            }
        }
        Templates templates = templates();
        HyprException refusal = assertThrows(HyprException.class, () -> launch(templates, template, fixture().plan()));
        assertEquals(ErrorCode.CORRUPT, refusal.code(), refusal.getMessage());
        assertEquals(ErrorCode.CORRUPT, assertThrows(HyprException.class, () -> templates.restore(template, fixture().plan(), intents()::add)).code());
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void aMissingTemplateIsSaidToBeOne() throws Exception {
        Templates templates = templates();
        HyprException refusal = assertThrows(HyprException.class, () -> launch(templates, fixture().directory().resolve("no-such-template"), fixture().plan()));
        assertEquals(ErrorCode.CORRUPT, refusal.code(), refusal.getMessage());
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void theShapeIsThatOfTheMachineAndNotOfTheContainer() throws Exception {
        Templates templates = templates();
        String shape = templates.shape(fixture().plan());
        assertTrue(!shape.isEmpty() && shape.length() <= 512, shape);
        assertEquals(shape, templates().shape(fixture().plan()), "another instance says the same");
        try (Fixture other = fixture().sibling()) {
            assertEquals(shape, templates.shape(other.plan()), "id, disks, directory and jail are the container's own");
        }
        assertEquals(templates.shape(fixture().withNic("a", "02:42:ac:11:00:02")),
                templates.shape(fixture().withNic("b", "02:42:ac:11:00:03")), "so are tap and address");
        assertNotEquals(shape, templates.shape(fixture().withNic("a", "02:42:ac:11:00:02")));
        assertNotEquals(shape, templates.shape(fixture().with(2, fixture().plan().memory())));
        assertNotEquals(shape, templates.shape(fixture().with(1, 2 * fixture().plan().memory())));
        assertNotEquals(shape, templates.shape(fixture().withDisk(fixture().disk("more", "1M"))));
    }
}
