package io.hypr.core.internal.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.hypr.core.internal.link.Answers.Result;
import io.hypr.engine.Attachment;
import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Output;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Pausable;

/** What front ends ask of containers. */
public class ContainerService implements Containers {

    /** How long a guest may take to act on a signal that cannot be caught. */
    private static final Duration KILL = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public ContainerService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public ContainerInfo create(ContainerSpec spec) {
        return new Creation(engine.get()).create(spec).info();
    }

    @Override
    public void start(String name) {
        Container container = engine.get().find(name);
        container.operation().lock();
        try {
            boolean cleared = new Reconciler(engine.get()).mend(container);
            if (container.isRemoved()) {
                throw new HyprException(ErrorCode.NOT_FOUND, "No such container: " + name);
            }
            if (container.state() == ContainerState.PAUSED) {
                throw new HyprException(ErrorCode.CONFLICT, "cannot start a paused container, try unpause instead");
            }
            if (container.state() == ContainerState.DEAD || container.state() == ContainerState.REMOVING) {
                throw new HyprException(ErrorCode.CONFLICT, "container is marked for removal and cannot be started");
            }
            if (container.run() != null) {
                return;
            }
            if (!cleared) {
                throw Clearing.left(container);
            }
            container.note(r -> { // The start makes it safe.
                r.failures = 0;
                r.info.restarts = 0;
            });
            try {
                new Starter(engine.get(), container).start();
            } catch (HyprException e) {
                if (container.ask(r -> r.info.spec.autoRemove)) {
                    new Removal(engine.get(), container).afterEnd();
                }
                throw e;
            }
        } finally {
            container.operation().unlock();
        }
    }

    @Override
    public void stop(String name, Duration limit, String signal) {
        Integer asked = signal == null ? null : Signals.parse(signal);
        Container container = engine.get().find(name);
        cancelRestart(container);
        Run run = settledRun(container);
        if (run == null) {
            return;
        }
        container.change(r -> r.stoppedByUser = true);
        Integer own = container.ask(r -> r.info.spec.stopTimeout);
        int number = asked == null ? container.ask(r -> r.stopSignal) : asked;
        Duration patience = limit != null ? limit : Duration.ofSeconds(own == null ? 10 : own);
        try {
            goOn(container, run);
            container.event("kill", Map.of("signal", Signals.word(number)));
            run.signal(Run.WORKLOAD, number);
            if (!container.awaitEnd(run, patience.isNegative() ? null : patience)) {
                container.event("kill", Map.of("signal", Signals.word(Signals.KILL)));
                end(container, run);
            }
            container.event("stop", Map.of());
        } catch (InterruptedException e) {
            interrupted(e);
        }
    }

    /** @return the run, once a start that is under way is done */
    private static Run settledRun(Container container) {
        container.operation().lock();
        try {
            return container.run();
        } finally {
            container.operation().unlock();
        }
    }

    private void cancelRestart(Container container) {
        if (container.state() == ContainerState.RESTARTING) {
            container.operation().lock();
            try {
                if (container.state() == ContainerState.RESTARTING) {
                    container.change(r -> {
                        r.restartAt = null;
                        r.stoppedByUser = true;
                        r.info.state = ContainerState.EXITED;
                    });
                }
            } finally {
                container.operation().unlock();
            }
        }
    }

    /** Ends a run by force: the workload first, so that the disk is written in order, and the microVM if that does not help. */
    private void end(Container container, Run run) throws InterruptedException {
        goOn(container, run);
        run.signal(Run.WORKLOAD, Signals.KILL);
        if (!container.awaitEnd(run, KILL)) {
            run.hold().kill();
            container.awaitEnd(run, null);
        }
    }

    private static void interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HyprException(ErrorCode.CANCELLED, "The wait was interrupted; what was asked for goes on.", e);
    }

    private Container toKill(String name) {
        try {
            return engine.get().find(name);
        } catch (HyprException e) {
            throw new HyprException(e.code(), "Cannot kill container: " + name + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void kill(String name, String signal) {
        int number = Signals.number(signal);
        Container container = toKill(name);
        if (number > Signals.LAST) {
            throw new HyprException(ErrorCode.INVALID, "Cannot kill container: " + name + ": The linux daemon does not support signal " + number);
        }
        if (container.state() == ContainerState.RESTARTING && number == Signals.KILL) {
            cancelRestart(container);
            return;
        }
        Run run = settledRun(container);
        if (run == null || !container.runs()) {
            throw new HyprException(ErrorCode.CONFLICT, "Cannot kill container: " + name + ": Container " + container.id() + " is not running");
        }
        container.event("kill", Map.of("signal", Signals.word(number)));
        try {
            if (number == Signals.KILL) {
                container.change(r -> r.stoppedByUser = true);
                end(container, run);
                return;
            }
            if (number == container.ask(r -> r.stopSignal)) {
                container.change(r -> r.stoppedByUser = true);
            }
            Result r = run.answer(run.signal(Run.WORKLOAD, number), ANSWER);
            if (r.errno() != 0) {
                throw Run.failed("Cannot kill container: " + name, r);
            }
        } catch (InterruptedException e) {
            interrupted(e);
        }
    }

    @Override
    public void restart(String name, Duration limit, String signal) {
        Container container = engine.get().find(name);
        stop(container.id(), limit, signal);
        if (!container.isRemoved()) {
            start(container.id());
            container.event("restart", Map.of());
        }
    }

    private Pausable pausable(Run run) {
        return run.hold().call(s -> s.facet(Pausable.class)).orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED,
            "The backend " + run.hold().record().owner() + " cannot pause a microVM."));
    }

    @Override
    public void pause(String name) {
        Container container = engine.get().find(name);
        Run run = container.running();
        if (container.state() == ContainerState.PAUSED) {
            throw new HyprException(ErrorCode.CONFLICT, "Container " + container.id() + " is already paused");
        }
        container.operation().lock();
        try {
            pausable(run).pause();
            engine.get().settings().points().accept("pause.done"); // If the engine ends here, the next one lets the microVM go on.
            container.change(r -> r.info.state = ContainerState.PAUSED);
        } finally {
            container.operation().unlock();
        }
        container.event("pause", Map.of());
    }

    @Override
    public void unpause(String name) {
        Container container = engine.get().find(name);
        if (container.state() != ContainerState.PAUSED) {
            throw new HyprException(ErrorCode.CONFLICT, "Container " + container.id() + " is not paused");
        }
        goOn(container, container.running());
        container.event("unpause", Map.of());
    }

    private void goOn(Container container, Run run) {
        if (container.state() == ContainerState.PAUSED) {
            Pausable pausable = pausable(run);
            // First, so that the next engine lets the microVM go on if this one ends between the two.
            container.change(r -> r.info.state = ContainerState.RUNNING);
            engine.get().settings().points().accept("unpause.intent.done");
            try {
                pausable.resume();
            } catch (HyprException e) {
                container.change(r -> r.info.state = ContainerState.PAUSED);
                throw e;
            }
        }
    }

    @Override
    public void remove(String name, boolean force, boolean volumes) {
        Container container = engine.get().find(name);
        Run run = settledRun(container);
        if (run != null && !force) {
            throw new HyprException(ErrorCode.CONFLICT, "You cannot remove a " + container.state().word() + " container " + container.id()
                + ". Stop the container before attempting removal or force remove").remedy("Use -f to kill it and remove it.");
        }
        cancelRestart(container);
        try {
            if (run != null) {
                container.change(r -> r.stoppedByUser = true);
                container.event("kill", Map.of("signal", Signals.word(Signals.KILL)));
                end(container, run);
            }
            container.log().awaitRead(ANSWER); // Who reads its output has it before it goes; who does not read on has waited long enough.
        } catch (InterruptedException e) {
            interrupted(e);
        }
        if (volumes) {
            container.change(r -> r.removeVolumes = true);
        }
        new Removal(engine.get(), container).remove();
    }

    @Override
    public void rename(String name, String to) {
        engine.get().containers().rename(engine.get().find(name), to);
    }

    @Override
    public ContainerInfo update(String name, ContainerChange change) {
        Engine e = engine.get();
        return new Update(e, e.find(name)).apply(change);
    }

    @Override
    public List<ContainerInfo> list() {
        return engine.get().all().stream().map(Container::info).sorted((a, b) -> b.created.compareTo(a.created)).toList();
    }

    @Override
    public ContainerInfo inspect(String name) {
        return engine.get().find(name).info();
    }

    @Override
    public int await(String name, Until until) throws InterruptedException {
        return engine.get().find(name).await(until);
    }

    @Override
    public Attachment attach(String name, Output output, boolean input) {
        Container container = engine.get().find(name);
        Attachment attached = container.attach(output, input);
        container.event("attach", Map.of());
        return attached;
    }

    @Override
    public void resize(String name, int rows, int columns) {
        if (rows < 1 || rows > 65_535 || columns < 1 || columns > 65_535) {
            throw new HyprException(ErrorCode.INVALID, "A terminal has 1 to 65535 rows and columns, not " + rows + " and " + columns + ".");
        }
        Run run = engine.get().find(name).running();
        try {
            Result r = run.answer(run.resize(Run.WORKLOAD, rows, columns), ANSWER);
            if (r.errno() != 0) {
                throw Run.failed("The terminal could not be resized", r);
            }
        } catch (InterruptedException e) {
            interrupted(e);
        }
    }
}
