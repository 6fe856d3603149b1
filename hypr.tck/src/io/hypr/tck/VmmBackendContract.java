package io.hypr.tck;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;

/**
 * What every {@link VmmBackend} must do, tried with real microVMs. A backend's test extends it, says how to make an instance and what to boot, and
 * passes.
 *
 * <pre>
 * class QemuBackendTest extends VmmBackendContract {
 *     protected VmmBackend backend() { return new QemuBackend(...); }
 *     protected VmPlan.Boot boot() { return new VmPlan.Boot(vmlinux, bzImage, initramfs, List.of()); }
 *     protected String name() { return "qemu"; }
 *     protected Set&lt;String> facets() { return Set.of("pausable"); }
 *     protected Path records() { return Path.of("test/records"); }
 * }
 * </pre>
 *
 * The contract has a part for each duty, and one for each facet, which is skipped for backends that do not have it. The tests run as root, since
 * microVMs are confined by root only; where the backend's {@code probe} says that it cannot start any, they are skipped with what it says.
 */
public abstract class VmmBackendContract {

    /** How long a microVM may take to come up. Far above what it takes, for hosts under load. */
    protected static final Duration LONG = Duration.ofSeconds(60);

    private Fixture fixture;
    private final List<DriverRecord> intents = new ArrayList<>();
    private final List<VmSession> sessions = new ArrayList<>();

    /** A test that fails reports what its VMM said last: on a host that is gone afterwards, nothing else tells why a guest ended. */
    @RegisterExtension
    final TestExecutionExceptionHandler reporter = (context, failure) -> {
        if (fixture != null && !(failure instanceof TestAbortedException)) {
            context.publishReportEntry("the VMM's last words", fixture.lastWords());
        }
        throw failure;
    };

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

    /**
     * @return the value of the service property {@code hypr.name}
     * @throws Exception if it cannot be found
     */
    protected abstract String name() throws Exception;

    /**
     * @return the values of the service property {@code facet}
     * @throws Exception if they cannot be found
     */
    protected abstract Set<String> facets() throws Exception;

    /**
     * The records that released versions wrote, one for each format that there was: {@code format-1.json} and so on, each with the JSON text of a
     * record. A file that was once released is never changed.
     *
     * @return directory with the files
     */
    protected abstract Path records();

    /**
     * Replaces the implementation while it is in use, as an update of its bundle does. Here: makes another instance. A test in a framework updates
     * the bundle.
     *
     * @return the successor
     * @throws Exception if that cannot be done
     */
    protected VmmBackend successor() throws Exception {
        return backend();
    }

    /**
     * Whether the backend confines its VMMs as a plan's jail says, which takes Linux. One that does not runs them as its own user, and shares directories only.
     *
     * @return true unless it is made for another system
     */
    protected boolean confines() {
        return true;
    }

    /**
     * Whether a session tells why the kernel of its guest panicked, see {@link VmSession#ending}. Not every VMM keeps what the guest's console prints.
     *
     * @return true if it must be told
     */
    protected boolean tellsWhy() {
        return false;
    }

    /**
     * Tells which processes are a microVM's: those in its control group. Overridden with {@link #confines} only.
     *
     * @param pid of a process
     * @param plan of a microVM
     * @return whether it is one of the microVM's
     */
    protected boolean belongs(long pid, VmPlan plan) {
        return Fixture.isInGroup(pid, plan);
    }

    /**
     * Makes what an interface can be attached to: a tap. Overridden for backends that take something else.
     *
     * @param uid of the user who may open it
     * @return a network that goes with the test
     * @throws Exception if it cannot be made
     */
    protected Fixture.Network network(int uid) throws Exception {
        return Fixture.Tap.make(uid);
    }

    /** @return how a plan names a network that is not there */
    protected String missingNetwork() {
        return "no-such-tap";
    }

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can confine microVMs");
        Availability availability = backend().probe();
        assumeTrue(availability.isAvailable(), () -> "microVMs cannot be started here: " + availability);
        fixture = new Fixture(boot(), this::belongs);
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
        sessions.clear();
        intents.clear();
        fixture.assertGone();
        fixture.close();
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
        return launch(backend(), plan);
    }

    /**
     * For further tests of one backend: opens the link and waits until the guest is up.
     *
     * @param vm that was just launched
     * @throws Exception if the guest does not come up
     */
    protected final void welcomed(VmSession vm) throws Exception {
        Guest.hello(vm, true).close();
    }

    /**
     * For further tests of one backend: runs a shell command in the guest, on the disks of the plan.
     *
     * @param vm that was just launched
     * @param command as after {@code sh -c}
     * @return its exit status in decimal, or what else happened
     * @throws Exception if the guest does not come up
     */
    protected final String shell(VmSession vm, String command) throws Exception {
        try (Guest guest = Guest.hello(vm, true)) {
            guest.setUp("/dev/vda", "/dev/vdb");
            return guest.shell(command);
        }
    }

    final List<DriverRecord> intents() {
        return intents;
    }

    final VmSession launch(VmmBackend backend, VmPlan plan) {
        return keep(backend.launch(plan, intents::add));
    }

    /** Has a session closed when the test ends. */
    final VmSession keep(VmSession session) {
        sessions.add(session);
        return session;
    }

    @Nested
    class Launching extends LaunchContract {
        Launching() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Disks extends DiskContract {
        Disks() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Networks extends NetworkContract {
        Networks() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Links extends LinkContract {
        Links() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Exits extends ExitContract {
        Exits() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Attaching extends AttachContract {
        Attaching() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Discarding extends DiscardContract {
        Discarding() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Swapping extends SwapContract {
        Swapping() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Records extends RecordContract {
        Records() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Probing extends ProbeContract {
        Probing() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Facets extends FacetContract {
        Facets() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Limiting extends LimitableContract {
        Limiting() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Pausing extends PausableContract {
        Pausing() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Reclaiming extends ReclaimContract {
        Reclaiming() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Resizing extends ResizableContract {
        Resizing() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Plugging extends HotplugContract {
        Plugging() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Templating extends TemplateContract {
        Templating() {
            super(VmmBackendContract.this);
        }
    }

    @Nested
    class Sharing extends ShareContract {
        Sharing() {
            super(VmmBackendContract.this);
        }
    }
}
