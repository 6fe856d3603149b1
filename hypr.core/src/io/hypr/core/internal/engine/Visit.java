package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.logs.LogLimits;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;

/**
 * Gives a container that does not run a microVM for a while, with its disk and its mounts, in which nothing of it runs. The caller holds its operation
 * lock, and ends the visit by {@link #end}, on the same thread, whatever happens in between.
 */
final class Visit {

    private final Engine engine;
    private final Container container;
    private final ContainerRecord before;
    private final Machine machine;
    private ContainerLog log;

    Visit(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
        this.before = container.record();
        this.machine = new Machine(engine, container, before);
    }

    /** @return the run of that microVM */
    Run begin() {
        try {
            new Plan(engine.settings().points())
                .step("visit.intent", this::intend, null)
                .step("visit.rootfs", machine::root, null)
                .step("visit.disk", machine::disk, null)
                .step("visit.volumes", () -> new Mounts(engine).prepare(before.info, machine.image()), null)
                .step("visit.launch", () -> machine.launch(null, log), new Clearing(engine, container)::vm)
                .step("visit.hello", machine::hello, null)
                .step("visit.setup", this::setUp, null)
                .run();
            return machine.run();
        } catch (Exception e) {
            clear();
            throw e instanceof HyprException h ? h
                    : new HyprException(ErrorCode.INTERNAL, "The files of container " + container.name() + " cannot be reached.", e);
        }
    }

    private void intend() throws IOException {
        machine.choose();
        engine.handover().drop(container.id());
        container.change(r -> r.phase = Phase.VISITED);
        Clearing.delete(directory(container));
        log = new ContainerLog(directory(container), LogLimits.of(Map.of()));
        log.begin(1);
    }

    private void setUp() throws InterruptedException {
        Run run = machine.run();
        GuestSetup guest = new GuestSetup(engine.settings(), before.info);
        guest.judge(Run.await(run.link().request(Frame.SETUP, id -> guest.setup(0, run.hold().call(VmSession::shares)).encode(id, GuestSetup.clock())),
            Duration.ofSeconds(engine.settings().hello())));
    }

    /** Lets the guest write its disk, and clears away its microVM. */
    void end() {
        new Ending(engine, container).powerOff(machine.run());
        clear();
    }

    private void clear() {
        if (machine.run() != null) {
            machine.run().leave();
        }
        boolean cleared = new Clearing(engine, container).rest();
        Clearing.delete(directory(container));
        if (cleared) {
            container.change(r -> r.phase = Phase.IDLE);
        } else if (!engine.isClosed()) {
            engine.restarts().clearLater(container);
        }
    }

    /** @return where the log of a visit is, gone with it */
    static Path directory(Container container) {
        return container.directory().resolve("visit");
    }
}
