package io.hypr.core.internal.engine;

import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerInfo.Endpoint;
import io.hypr.engine.ContainerState;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.NetworkDriver;

/** Brings the records and the host together after the engine was away: takes over what lives, ends what was half done, starts what policies say. */
final class Reconciler {

    private final Engine engine;

    Reconciler(Engine engine) {
        this.engine = engine;
    }

    /** Ports of containers that ran stay theirs: nobody else may get them meanwhile. */
    void restorePorts() {
        for (Container c : engine.all()) {
            ContainerRecord r = c.record();
            if (r.phase == Phase.RUNNING) {
                String address = r.info.networks.values().stream().findFirst().map((Endpoint e) -> e.ip).orElse("");
                engine.ports().restore(c.id(), c.name(), address, r.info.published);
            }
        }
    }

    /** Holds on to the microVM of a container that ran, before anybody else can ask for the container. */
    void takeOver(Container container) {
        ContainerRecord r = container.record();
        if ((r.phase == Phase.RUNNING || r.phase == Phase.ENDING) && r.vm != null) {
            container.run(new Run(container, container.id(), engine.services().backends.attach(r.vm), container.log(), engine.log()));
        }
    }

    /** One container. */
    void reconcile(Container container) {
        Run run = container.run();
        if (run != null) {
            begin(container, run);
            if (container.ask(r -> r.update != null)) {
                engine.aside("update of " + container.id(), () -> new Update(engine, container).carryOn());
            }
            return;
        }
        container.operation().lock();
        try {
            if (!mend(container)) {
                engine.restarts().clearLater(container);
                return;
            }
            new Update(engine, container).carryOn();
            ContainerRecord r = container.record();
            if (container.run() == null && r.phase == Phase.IDLE && !container.isRemoved()) {
                engine.devices().release(container);
                idle(container, r);
            }
        } finally {
            container.operation().unlock();
        }
    }

    /** Whether the VM lives is known once its backend is there, which can take a while. */
    private void begin(Container container, Run run) {
        try {
            if (!run.hold().lives()) {
                run.link().end(new HyprException(ErrorCode.UNAVAILABLE, "The microVM has ended."));
                new Ending(engine, container).settle(run);
                return;
            }
            run.begin(false);
            Health.watch(engine, container, run);
            if (container.log().state().ended()) {
                new Ending(engine, container).settle(run);
            }
        } catch (IOException | HyprException e) {
            engine.log().error("Container {} could not be taken over: {}", container.id(), e.getMessage(), e);
            run.begin(false);
        }
    }

    /**
     * Ends what another engine left half done, or what could not be cleared away. The caller holds the container's operation lock.
     *
     * @return whether nothing is left
     */
    boolean mend(Container container) {
        if (container.run() != null || container.ask(r -> r.phase == Phase.IDLE) || container.isRemoved()) {
            return true;
        }
        ContainerRecord r = container.record();
        if (r.phase == Phase.REMOVING) {
            new Removal(engine, container).remove();
            return true;
        }
        if (r.phase == Phase.CREATING) {
            new Creation(engine).undo(container);
            return true;
        }
        if (!new Clearing(engine, container).rest()) {
            return false;
        }
        if (r.phase == Phase.VISITED) {
            Clearing.delete(Visit.directory(container));
            container.change(c -> c.phase = Phase.IDLE);
        } else if (r.phase == Phase.STARTING) {
            close(container, 255);
            container.change(c -> {
                c.phase = Phase.IDLE;
                c.info.state = c.info.finished == null ? ContainerState.CREATED : ContainerState.EXITED;
                c.info.error = c.info.error.isEmpty() ? "The engine ended while the container was started." : c.info.error;
            });
        } else if (r.info.state == ContainerState.EXITED) { // Its end is known.
            container.change(c -> {
                c.phase = Phase.IDLE;
                Restarts.decide(c);
            });
            engine.restarts().resume(container);
        } else {
            close(container, Ending.KILLED);
            new Ending(engine, container).conclude(new Surroundings(engine, container), true, true, "");
            engine.restarts().resume(container);
        }
        return true;
    }

    private void close(Container container, int status) {
        try {
            container.log().end(0, status, false, System.currentTimeMillis() * 1_000_000);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "The end of container " + container.name() + " cannot be kept in its log.", e);
        }
    }

    /** A start that a policy had begun goes on; one with the engine is the first, and not counted. */
    private void startSoon(Container container, boolean first) {
        Instant now = Instant.now();
        container.change(c -> {
            c.restartAt = now;
            c.info.state = ContainerState.RESTARTING;
            if (first) {
                c.failures = 0;
                c.info.restarts = 0;
            }
        });
        engine.restarts().schedule(container, now);
    }

    /** Says what becomes of a container that does not run as the engine starts. The caller holds its operation lock. */
    void idle(Container container, ContainerRecord r) {
        boolean interrupted = !r.info.error.isEmpty() && r.info.finished != null && r.failures > 0;
        if (r.info.spec.autoRemove && r.info.finished != null) {
            new Removal(engine, container).remove();
        } else if (r.restartAt != null && Restarts.isLimited(r)) {
            engine.restarts().schedule(container, r.restartAt);
        } else if (interrupted && Restarts.isLimited(r) && Restarts.wants(r)) {
            startSoon(container, false);
        } else if (r.restartAt != null || interrupted && Restarts.wants(r) || Restarts.wantsWithEngine(r)) {
            startSoon(container, true);
        }
    }

    /** A driver has come: whatever it has on the host that no record knows of is removed. */
    void sweep(NetworkDriver driver) {
        for (DriverRecord removed : engine.networks().sweep(driver, this::plugged)) {
            engine.log().info("Removed {} of the network driver {}, which no container has.", removed.id(), removed.owner());
        }
    }

    private Set<String> plugged() {
        Set<String> known = new HashSet<>();
        for (Container c : engine.all()) {
            ContainerRecord r = c.record();
            if (r.phase != Phase.IDLE) {
                known.add(c.id());
                r.info.networks.values().forEach(e -> known.add(e.endpointId));
                r.plugs.forEach(p -> known.add(p.record.id()));
            }
        }
        engine.pool().addEndpoints(known);
        return known;
    }
}
