package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.logs.LogLimits;
import io.hypr.core.internal.logs.LogReader;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.Json;
import io.hypr.engine.Attachment;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Output;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * One container: its record, its log, and its run if it has one. Starting, clearing away and removing exclude one another by
 * {@link #operation}; everything else goes on meanwhile. Safe for use by any thread.
 */
final class Container {

    private final Engine engine;
    private final String id;
    private final ContainerRecord record;
    private final ContainerLog log;
    private final ReentrantLock operation = new ReentrantLock(true);
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private Run run;
    private long ends;
    private boolean removed;
    private boolean gone;

    Container(Engine engine, ContainerRecord record) {
        this.engine = engine;
        this.id = record.info.id;
        this.record = record;
        this.log = new ContainerLog(directory().resolve("log"), LogLimits.of(record.info.spec.logDriver, record.info.spec.logOptions));
        record.info.logPath = directory().resolve("log").toString();
    }

    String id() {
        return id;
    }

    synchronized String name() {
        return record.info.name;
    }

    Path directory() {
        return engine.directory(id);
    }

    ContainerLog log() {
        return log;
    }

    /** Excludes other starts, removals and clearing away. */
    ReentrantLock operation() {
        return operation;
    }

    // --- the record ---

    /** Changes the record and makes it safe. */
    synchronized void change(Consumer<ContainerRecord> how) {
        note(how);
        if (!removed) {
            engine.records().put(record);
        }
    }

    /** Changes the record, which the next {@link #change} makes safe: for what an engine that is killed before that need not have left. */
    synchronized void note(Consumer<ContainerRecord> how) {
        how.accept(record);
        notifyAll();
    }

    /**
     * Asks for something in the record. A copy of all of it costs much more.
     *
     * @param <T> type of the answer
     * @param what is asked; called with this container locked
     * @return the answer, which must be something that does not change
     */
    synchronized <T> T ask(Function<ContainerRecord, T> what) {
        return what.apply(record);
    }

    /** @return a copy of the record */
    synchronized ContainerRecord record() {
        return Json.copy(record, ContainerRecord.class);
    }

    synchronized ContainerInfo info() {
        return Json.copy(record.info, ContainerInfo.class);
    }

    synchronized ContainerState state() {
        return record.info.state;
    }

    synchronized boolean runs() {
        return record.info.state == ContainerState.RUNNING || record.info.state == ContainerState.PAUSED;
    }

    synchronized void changed() {
        notifyAll();
    }

    // --- the run ---

    synchronized boolean runsFrom(String template) {
        return run != null && template.equals(record.info.template);
    }

    synchronized Run run() {
        return run;
    }

    synchronized void run(Run now) {
        run = now;
        notifyAll();
    }

    /** @return the run of a container that runs */
    Run running() {
        Run now = run();
        if (now == null || !runs()) {
            throw new HyprException(ErrorCode.CONFLICT, "Container " + id + " is not running");
        }
        return now;
    }

    /** The workload of a run has ended; that is safe in the log. */
    void exited(Run which) {
        engine.aside("end of " + id, () -> new Ending(engine, this).settle(which));
    }

    /** The VMM of a run is not there any more. */
    void vanished(Run which) {
        engine.aside("end of " + id, () -> new Ending(engine, this).settle(which));
    }

    /** The run was cleared away: whoever waits for that goes on. */
    synchronized void ended() {
        run = null;
        ends++;
        notifyAll();
    }

    int await(Until until) throws InterruptedException {
        synchronized (this) {
            long before = ends;
            while (!gone && !switch (until) {
                case NOT_RUNNING -> !runs() && run == null;
                case NEXT_EXIT -> ends != before;
                case REMOVED -> false;
            }) {
                wait();
            }
            return record.info.exitCode;
        }
    }

    /** Waits until a run is cleared away. */
    boolean awaitEnd(Run which, Duration limit) throws InterruptedException {
        long deadline = limit == null ? Long.MAX_VALUE : System.nanoTime() + limit.toNanos();
        synchronized (this) {
            while (run == which && !gone) {
                long left = limit == null ? Long.MAX_VALUE : (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                wait(Math.min(left, Integer.MAX_VALUE));
            }
            return true;
        }
    }

    /** Waits until a run that has ended is cleared away, and with it the container if it is to go. */
    synchronized void awaitCleared(int number) throws InterruptedException {
        while (!gone && !engine.isClosed() && record.run == number
            && (run != null || record.phase == Phase.ENDING || record.info.spec.autoRemove && record.info.state != ContainerState.DEAD)) {
            wait();
        }
    }

    synchronized boolean isRemoved() {
        return removed;
    }

    /** Its record is not written any more. */
    synchronized void remove() {
        removed = true;
    }

    /** There is no trace of it any more. */
    synchronized void gone() {
        gone = true;
        notifyAll();
    }

    // --- streams ---

    Attachment attach(Output output, boolean wantsInput) {
        try {
            synchronized (this) {
                if (removed) {
                    throw new HyprException(ErrorCode.NOT_FOUND, "No such container: " + id);
                }
                boolean under = record.phase == Phase.RUNNING || record.phase == Phase.ENDING;
                if (under && log.state().ended()) {
                    return Follower.ended(this, log, log.state().status(), engine.log());
                }
                Follower follower = new Follower(this, log, new LogReader(log, log.end()), output, wantsInput && record.info.spec.openStdin,
                    record.info.spec.stdinOnce && !record.info.spec.tty, engine.log());
                followers.add(follower);
                if (run != null && output != Output.NONE) {
                    run.credits().add(follower);
                }
                follower.begin();
                return follower;
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The log of container " + id + " cannot be read.", e);
        }
    }

    Set<Follower> followers() {
        return followers;
    }

    void detached(Follower follower) {
        followers.remove(follower);
        Run now = run();
        if (now != null) {
            credit(() -> now.credits().remove(follower));
        }
    }

    /** A follower has read on: the workload may write on. */
    void caughtUp() {
        Run now = run();
        if (now != null) {
            credit(() -> now.credits().give());
        }
    }

    /** Something that can fail for the link. */
    private interface Crediting {
        void run() throws IOException;
    }

    private void credit(Crediting act) {
        try {
            act.run();
        } catch (IOException | HyprException e) {
            engine.log().debug("The workload of {} could not be allowed more output: {}", id, e.getMessage());
        }
    }

    /** @return standard input of the run, once there is one; null if the caller gives up before */
    StandardInput input(BooleanSupplier givenUp) throws IOException {
        synchronized (this) {
            while (run == null && !removed && !givenUp.getAsBoolean()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("Interrupted before the container ran", e);
                }
            }
            return run == null ? null : run.input();
        }
    }

    /** @return attributes of its events */
    synchronized Map<String, String> attributes() {
        Map<String, String> all = new TreeMap<>(record.info.spec.labels);
        all.put("image", record.info.image);
        all.put("name", record.info.name);
        return all;
    }

    void event(String action, Map<String, String> more) {
        Map<String, String> all = attributes();
        all.putAll(more);
        engine.events().tell(Instant.now(), "container", action, id, all);
    }
}
