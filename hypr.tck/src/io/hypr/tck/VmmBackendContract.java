package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;

/**
 * What every {@link VmmBackend} must do, tried with real microVMs. A backend's test extends it, says how to make an instance and what to boot, and
 * passes.
 *
 * <pre>
 * class QemuBackendTest extends VmmBackendContract {
 *     protected VmmBackend backend() { return new QemuBackend(...); }
 *     protected VmPlan.Boot boot() { return new VmPlan.Boot(vmlinux, bzImage, initramfs, List.of()); }
 * }
 * </pre>
 *
 * The tests run as root, since microVMs are confined by root only.
 */
public abstract class VmmBackendContract {

    /** How long a microVM may take to come up. Far above what it takes, for hosts under load. */
    protected static final Duration LONG = Duration.ofSeconds(60);

    private Fixture fixture;
    private final List<DriverRecord> intents = new ArrayList<>();
    private final List<VmSession> sessions = new ArrayList<>();

    /**
     * Makes an instance, as a bundle that has just been started does.
     *
     * @return a new instance that shares nothing with earlier ones but what is on the host
     * @throws Exception if it cannot be made
     */
    protected abstract VmmBackend backend() throws Exception;

    /**
     * @return kernel and agent
     * @throws Exception if they cannot be found
     */
    protected abstract VmPlan.Boot boot() throws Exception;

    /** @return the value of the service property {@code hypr.name} */
    protected abstract String name();

    /** @return the values of the service property {@code facet} */
    protected abstract Set<String> facets();

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can confine microVMs");
        Availability availability = backend().probe();
        assumeTrue(availability.isAvailable(), () -> "microVMs cannot be started here: " + availability);
        fixture = new Fixture(boot());
    }

    @AfterEach
    void leaveNothingBehind() throws Exception {
        if (fixture == null) {
            return;
        }
        sessions.forEach(VmSession::close);
        for (DriverRecord intent : intents) {
            backend().discard(intent);
        }
        fixture.assertGone();
        fixture.close();
    }

    private VmSession launch(VmPlan plan) throws Exception {
        return launch(backend(), plan);
    }

    private VmSession launch(VmmBackend backend, VmPlan plan) {
        VmSession session = backend.launch(plan, intents::add);
        sessions.add(session);
        return session;
    }

    private VmSession attach(DriverRecord record) throws Exception {
        VmSession session = backend().attach(record);
        sessions.add(session);
        return session;
    }

    private HyprException refused(VmPlan plan, ErrorCode code) throws Exception {
        VmmBackend backend = backend();
        HyprException refusal = assertThrows(HyprException.class, () -> launch(backend, plan));
        assertEquals(code, refusal.code(), refusal.getMessage());
        return refusal;
    }

    // Launching

    @Test
    void theGuestSaysWelcomeOnTheLink() throws Exception {
        VmSession vm = launch(fixture.plan());
        assertEquals(VmState.RUNNING, vm.state());
        try (ByteChannel link = vm.link()) {
            Guest guest = Guest.hello(link, true);
            assertEquals(1, guest.generation());
        }
    }

    @Test
    void theIntentComesBeforeAnythingIsMade() throws Exception {
        List<String> seen = new ArrayList<>();
        VmSession vm = backend().launch(fixture.plan(), record -> {
            intents.add(record);
            seen.addAll(fixture.traces());
        });
        sessions.add(vm);
        assertEquals(List.of(), seen);
        assertEquals(1, intents.size());
        assertEquals(name(), intents.getFirst().owner());
        assertEquals(fixture.plan().id(), intents.getFirst().id());
        assertEquals(fixture.plan().id(), vm.record().id());
        assertEquals(name(), vm.record().owner());
    }

    @Test
    void anIntentThatCannotBeKeptStopsTheLaunch() throws Exception {
        VmmBackend backend = backend();
        assertThrows(IllegalStateException.class, () -> backend.launch(fixture.plan(), record -> {
            throw new IllegalStateException("The disk is full");
        }));
        assertEquals(List.of(), fixture.traces());
    }

    @Test
    void theVmmRunsAsTheJailsUserInItsControlGroup() throws Exception {
        VmSession vm = launch(fixture.plan());
        List<Long> processes = fixture.processes();
        assertEquals(List.of(vm.pid()), processes, "processes in the control group");
        String status = Files.readString(Path.of("/proc/" + processes.getFirst() + "/status"));
        int uid = fixture.plan().jail().uid();
        assertTrue(status.contains("\nUid:\t%d\t%d\t%d\t%d\n".formatted(uid, uid, uid, uid)), status);
        assertTrue(status.contains("\nNoNewPrivs:\t1\n"), status);
        assertTrue(status.contains("\nCapEff:\t0000000000000000\n"), status);
    }

    @Test
    void severalProcessorsAndMoreMemoryBootToo() throws Exception {
        VmSession vm = launch(fixture.with(2, 512L << 20));
        try (ByteChannel link = vm.link()) {
            Guest.hello(link, true);
        }
    }

    // Disks

    @Test
    void theGuestReadsItsFirstDiskAndWritesItsSecond() throws Exception {
        VmSession vm = launch(fixture.plan());
        try (ByteChannel link = vm.link()) {
            Guest guest = Guest.hello(link, true);
            guest.setUp("/dev/vda", "/dev/vdb");
            assertEquals("0", guest.run(Fixture.SHELL_COMMAND));
            guest.shutDown();
        }
        assertTrue(vm.awaitExit(LONG));
        assertTrue(fixture.upperHolds(Fixture.WRITTEN), "what the guest wrote is on its disk");
    }

    @Test
    void aReadOnlyDiskServesSeveralMicroVms() throws Exception {
        try (Fixture second = fixture.sibling()) {
            VmSession one = launch(fixture.plan());
            VmSession two = launch(second.plan());
            try (ByteChannel first = one.link(); ByteChannel other = two.link()) {
                Guest.hello(first, true);
                Guest.hello(other, true);
            }
            backend().discard(two.record());
            second.assertGone();
        }
    }

    @Test
    void aWritableDiskServesOneMicroVmOnly() throws Exception {
        launch(fixture.plan());
        try (Fixture second = fixture.sibling()) {
            VmmBackend backend = backend();
            HyprException refusal = assertThrows(HyprException.class, () -> launch(backend, second.onDisksOf(fixture)));
            assertEquals(ErrorCode.IN_USE, refusal.code(), refusal.getMessage());
            second.assertGone();
        }
    }

    @Test
    void aDiskThatIsMissingIsAnErrorThatNamesIt() throws Exception {
        Path missing = fixture.directory().resolve("no-such-disk");
        HyprException refusal = refused(fixture.withDisk(missing), ErrorCode.NOT_FOUND);
        assertTrue(refusal.getMessage().contains("no-such-disk"), refusal.getMessage());
        assertEquals(List.of(), fixture.traces());
        fixture.assertDisksUntouched();
    }

    // Network

    @Test
    void theGuestHasTheInterfaceThatWasPlanned() throws Exception {
        try (Fixture.Tap tap = Fixture.Tap.make(fixture.plan().jail().uid())) {
            VmSession vm = launch(fixture.withNic(tap.name(), "02:42:ac:11:00:02"));
            try (ByteChannel link = vm.link()) {
                Guest guest = Guest.hello(link, true);
                assertEquals(0, guest.setUpInterface("/dev/vda", "02:42:ac:11:00:02"));
            }
        }
    }

    @Test
    void aTapThatIsMissingIsAnErrorThatNamesIt() throws Exception {
        HyprException refusal = refused(fixture.withNic("no-such-tap", "02:42:ac:11:00:02"), ErrorCode.NOT_FOUND);
        assertTrue(refusal.getMessage().contains("no-such-tap"), refusal.getMessage());
        assertEquals(List.of(), fixture.traces());
    }

    // The link

    @Test
    void aBrokenLinkCanBeOpenedAgain() throws Exception {
        VmSession vm = launch(fixture.plan());
        byte[] boot;
        try (ByteChannel link = vm.link()) {
            boot = Guest.hello(link, true).bootId();
        }
        try (ByteChannel link = vm.link()) {
            assertArrayEquals(boot, Guest.hello(link, false).bootId(), "the same boot of the guest");
        }
    }

    @Test
    void openingTheLinkAgainClosesTheOther() throws Exception {
        VmSession vm = launch(fixture.plan());
        ByteChannel first = vm.link();
        Guest.hello(first, true);
        try (ByteChannel second = vm.link()) {
            Guest.hello(second, false);
            assertTrue(Guest.isBroken(first), "the first link is closed");
        }
    }

    // Ends

    @Test
    void aGuestThatShutsDownEndsTheVmm() throws Exception {
        VmSession vm = launch(fixture.plan());
        try (ByteChannel link = vm.link()) {
            Guest.hello(link, true).shutDown();
            assertTrue(vm.awaitExit(LONG), "the VMM has ended");
        }
        assertEquals(VmState.ENDED, vm.state());
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, vm::link).code());
        assertDoesNotThrow(vm::kill);
        assertDoesNotThrow(vm::powerOff);
    }

    @Test
    void killEndsTheVmmAtOnceAndTwiceIsFine() throws Exception {
        VmSession vm = launch(fixture.plan());
        assertFalse(vm.awaitExit(Duration.ZERO), "it runs");
        vm.kill();
        assertTrue(vm.awaitExit(Duration.ZERO), "it has ended when kill returns");
        assertEquals(VmState.ENDED, vm.state());
        vm.kill();
        assertEquals(0, vm.pid());
        assertEquals(List.of(), fixture.processes());
    }

    @Test
    void waitingEndsWhenTheVmmDoes() throws Exception {
        VmSession vm = launch(fixture.plan());
        CompletableFuture<Boolean> end = awaiting(vm);
        vm.kill();
        assertTrue(end.get(LONG.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void closingLeavesTheMicroVmRunningAndEndsTheWait() throws Exception {
        VmSession vm = launch(fixture.plan());
        CompletableFuture<Boolean> end = awaiting(vm);
        vm.close();
        vm.close();
        ExecutionException ended = assertThrows(ExecutionException.class, () -> end.get(LONG.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ErrorCode.GONE, assertInstanceOf(HyprException.class, ended.getCause()).code());
        assertEquals(1, fixture.processes().size(), "the VMM runs on");
        assertEquals(VmState.RUNNING, attach(vm.record()).state());
    }

    private static CompletableFuture<Boolean> awaiting(VmSession vm) throws InterruptedException {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                end.complete(vm.awaitExit(null));
            } catch (InterruptedException | RuntimeException e) {
                end.completeExceptionally(e);
            }
        });
        while (waiter.getState() == Thread.State.NEW || waiter.getState() == Thread.State.RUNNABLE && !end.isDone()) {
            Thread.onSpinWait();
        }
        return end;
    }

    // Taking over

    @Test
    void anotherInstanceTakesOver() throws Exception {
        VmSession first = launch(fixture.plan());
        byte[] boot;
        try (ByteChannel link = first.link()) {
            boot = Guest.hello(link, true).bootId();
        }
        first.close();
        VmSession second = attach(first.record());
        assertEquals(VmState.RUNNING, second.state());
        assertEquals(first.record(), second.record());
        try (ByteChannel link = second.link()) {
            assertArrayEquals(boot, Guest.hello(link, false).bootId());
        }
        second.kill();
        assertEquals(VmState.ENDED, second.state());
    }

    @Test
    void attachingToWhatHasEndedSaysSo() throws Exception {
        VmSession vm = launch(fixture.plan());
        vm.kill();
        VmSession late = attach(vm.record());
        assertEquals(VmState.ENDED, late.state());
        assertTrue(late.awaitExit(null));
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, late::link).code());
    }

    @Test
    void recordsThatCannotBeReadAreRefused() throws Exception {
        VmSession vm = launch(fixture.plan());
        DriverRecord record = vm.record();
        VmmBackend backend = backend();
        DriverRecord newer = new DriverRecord(record.owner(), record.id(), 1_000_000, record.json());
        assertEquals(ErrorCode.UNSUPPORTED, assertThrows(HyprException.class, () -> backend.attach(newer)).code());
        DriverRecord damaged = new DriverRecord(record.owner(), record.id(), record.format(), "{\"");
        assertEquals(ErrorCode.CORRUPT, assertThrows(HyprException.class, () -> backend.attach(damaged)).code());
    }

    // Cleaning up

    @Test
    void discardEndsARunningMicroVmAndTwiceIsFine() throws Exception {
        VmSession vm = launch(fixture.plan());
        VmmBackend backend = backend();
        backend.discard(vm.record());
        assertEquals(VmState.ENDED, vm.state());
        assertEquals(List.of(), fixture.traces());
        backend.discard(vm.record());
        fixture.assertDisksThere();
    }

    @Test
    void discardByTheIntentCleansUpAsWell() throws Exception {
        launch(fixture.plan());
        backend().discard(intents.getFirst());
        assertEquals(List.of(), fixture.traces());
    }

    @Test
    void discardOfALaunchThatNeverBeganIsFine() throws Exception {
        launch(fixture.plan());
        DriverRecord record = intents.getFirst();
        backend().discard(record);
        Files.delete(fixture.plan().runDirectory());
        backend().discard(record);
        assertFalse(Files.exists(fixture.plan().runDirectory()), "nothing is made by discard");
        Files.createDirectory(fixture.plan().runDirectory());
    }

    @Test
    void discardFindsAMicroVmWhoseRunDirectoryWasEmptied() throws Exception {
        VmSession vm = launch(fixture.plan());
        fixture.emptyRunDirectory();
        backend().discard(vm.record());
        assertEquals(List.of(), fixture.traces());
    }

    @Test
    void theSameContainerCanBeStartedAgain() throws Exception {
        VmSession first = launch(fixture.plan());
        backend().discard(first.record());
        VmSession second = launch(fixture.plan());
        assertEquals(VmState.RUNNING, second.state());
    }

    // Facets and options

    @Test
    void unknownOptionsAreRefusedByName() throws Exception {
        HyprException refusal = refused(fixture.withOptions(Map.of("no-such-option", "1")), ErrorCode.INVALID);
        assertTrue(refusal.getMessage().contains("no-such-option"), refusal.getMessage());
        assertEquals(List.of(), intents);
        assertEquals(List.of(), fixture.traces());
    }

    @Test
    void facetsThatAreMissingAreRefused() throws Exception {
        refused(fixture.withFacets(Set.of("no-such-facet")), ErrorCode.UNSUPPORTED);
        assertEquals(List.of(), fixture.traces());
    }

    @Test
    void facetsAreThereAsPromised() throws Exception {
        VmSession vm = launch(fixture.withFacets(facets()));
        assertEquals(facets().contains("pausable"), vm.facet(Pausable.class).isPresent());
        assertEquals(facets().contains("reclaim"), vm.facet(Reclaim.class).isPresent());
        assertTrue(vm.facet(Runnable.class).isEmpty());
    }

    @Test
    void aPausedMicroVmStandsStillAndGoesOn() throws Exception {
        assumeTrue(facets().contains("pausable"), "the backend cannot pause");
        VmSession vm = launch(fixture.plan());
        try (ByteChannel link = vm.link()) {
            Guest guest = Guest.hello(link, true);
            Pausable pausable = vm.facet(Pausable.class).orElseThrow();
            pausable.pause();
            pausable.pause();
            assertEquals(VmState.PAUSED, vm.state());
            guest.sendHello();
            assertFalse(guest.answersWithin(Duration.ofMillis(300)), "a paused guest does not answer");
            pausable.resume();
            pausable.resume();
            assertEquals(VmState.RUNNING, vm.state());
            assertTrue(guest.answersWithin(LONG), "the guest goes on");
        }
    }

    @Test
    void theBalloonTakesMemoryAndGivesItBack() throws Exception {
        assumeTrue(facets().contains("reclaim"), "the backend cannot reclaim memory");
        VmPlan plan = fixture.with(1, 256L << 20);
        VmSession vm = launch(plan);
        try (ByteChannel link = vm.link()) {
            Guest.hello(link, true);
            Reclaim reclaim = vm.facet(Reclaim.class).orElseThrow();
            assertEquals(plan.memory(), reclaim.memory());
            reclaim.target(160L << 20);
            Fixture.await("the guest gives memory back", () -> reclaim.memory() == 160L << 20);
            reclaim.target(plan.memory());
            Fixture.await("the guest has its memory again", () -> reclaim.memory() == plan.memory());
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> reclaim.target(plan.memory() + 1)).code());
        }
    }

    /**
     * For further tests of one backend.
     *
     * @return what the present test has on the host
     */
    protected final Fixture fixture() {
        return fixture;
    }

    /**
     * For further tests of one backend.
     *
     * @param plan to launch; what it leaves is removed after the test
     * @return the session
     * @throws Exception if it cannot be launched
     */
    protected final VmSession started(VmPlan plan) throws Exception {
        return launch(plan);
    }

    /**
     * For further tests of one backend: opens the link and waits until the guest is up.
     *
     * @param vm that was just launched
     * @throws Exception if the guest does not come up
     */
    protected final void welcomed(VmSession vm) throws Exception {
        try (ByteChannel link = vm.link()) {
            Guest.hello(link, true);
        }
    }
}
