package io.hypr.core.internal.engine;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.records.SpareRecord;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/**
 * A microVM that was restored from the template of an image and stands still until a container starts from it. It is made for the id of a container to come,
 * with its user, disk, run directory and tap.
 */
final class Spare {

    /** What becomes of it; {@link Spares} changes it. */
    enum State {
        /** An engine before this one made it, or it could not be cleared away at once: it is cleared away later. */
        LEFT, MAKING, READY,
        /** There is a container that has its id and was not started. */
        CLAIMED,
        /** That container is being started: it is nobody else's. */
        STARTING
    }

    /** MAC address in the plan of one that no guest has been set up in. */
    static final String NOBODYS = "02:00:00:00:00:01";

    final SpareRecord record;
    /** Held while it is made, taken or cleared away. */
    final ReentrantLock lock = new ReentrantLock();
    State state;
    /** Name of its tap; empty = none. */
    String tap = "";
    Hold hold;
    /** The plan for a guest with this address, which it learns when it is set up. */
    Function<String, VmPlan> plan;
    /** Waits for the end of the VMM. */
    Thread watch;
    /** Whether its disk is the container's, which has gone on from it. */
    boolean keepsDisk;
    boolean gone;

    Spare(SpareRecord record, State state) {
        this.record = record;
        this.state = state;
    }

    boolean isOf(String template) {
        return record.template.equals(template);
    }

    /** A VMM can end at any time, and a session of a backend that was replaced has lost the connection to the guest. */
    boolean waits() {
        return hold != null && hold.isFirst() && hold.call(VmSession::pid) != 0;
    }

    /** Whether it is just the microVM that a start wants. */
    boolean fits(VmPlan wanted) {
        return plan != null && wanted.equals(plan.apply(wanted.nics().isEmpty() ? NOBODYS : wanted.nics().getFirst().mac()));
    }
}
