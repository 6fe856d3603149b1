package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.Resizable;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.Templates;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;

/** A backend whose microVMs are those of a {@link FakeHost}. */
final class FakeBackend implements VmmBackend, Templates {

    static final Map<String, Object> PROPERTIES = Map.of(NAME, "fake", FACETS,
        new String[] {"vfio", "virtiofs", "resizable", "limitable", "templates"});

    private final Path socket;
    final List<VmPlan> plans = new CopyOnWriteArrayList<>();
    final List<String> calls = new CopyOnWriteArrayList<>();
    /** What is said of the end of a microVM, by its id. */
    final Map<String, String> endings = new ConcurrentHashMap<>();
    /** Ids of microVMs whose processors stand still since the host's disk is full. */
    final Set<String> stalled = ConcurrentHashMap.newKeySet();
    final Semaphore answered = new Semaphore(0);
    final AtomicInteger underWay = new AtomicInteger();
    volatile boolean balloons = true;
    /** Whether microVMs cannot be ended. */
    volatile boolean stuck;
    volatile boolean resizes = true;
    volatile boolean limits = true;
    volatile Availability availability = Availability.available();
    /** Whether microVMs can start from templates. */
    volatile boolean templates;
    /** What restoring and discarding ends with; null = it works. */
    volatile HyprException refusal;
    /** Whether those that stood still do not answer when they go on. */
    volatile boolean mute;
    /** How many more links break before the guest has said a word, since it has given them up. */
    final AtomicInteger givenUp = new AtomicInteger();
    /** How many more links meet a class that went with their bundle. */
    final AtomicInteger unloaded = new AtomicInteger();
    /** Ids of microVMs that stand still since they were restored. */
    final Set<String> paused = ConcurrentHashMap.newKeySet();

    FakeBackend(Path socket) {
        this.socket = socket;
    }

    @Override
    public Availability probe() {
        return availability;
    }

    @Override
    public VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        plans.add(plan);
        intent.accept(record(plan.id()));
        FakeHost.ask(socket, "intend " + plan.id());
        FakeHost.ask(socket, "launch " + plan.id());
        return new Session(plan.id());
    }

    @Override
    public String shape(VmPlan plan) {
        return templates && plan.shares().isEmpty() && plan.devices().isEmpty() ? plan.memory() + " " + plan.nics().size() : "";
    }

    @Override
    public VmSession launch(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return launch(plan, intent);
    }

    @Override
    public VmSession restore(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        if (refusal != null) {
            throw refusal;
        }
        VmSession session = launch(plan, intent);
        paused.add(plan.id());
        return session;
    }

    private static DriverRecord record(String id) {
        return new DriverRecord("fake", id, 1, "{}");
    }

    @Override
    public VmSession attach(DriverRecord record) {
        return new Session(record.id());
    }

    @Override
    public void discard(DriverRecord record) {
        if (stuck) {
            throw new HyprException(ErrorCode.CONFLICT, "The microVM cannot be ended.");
        }
        if (refusal != null) {
            throw refusal;
        }
        paused.remove(record.id());
        FakeHost.ask(socket, "discard " + record.id());
    }

    private static String words(VmPlan.Limits l) {
        return l.cpus() + " " + l.shares() + " '" + l.processors() + "' " + (l.reservation() >> 20);
    }

    /** Says what was asked for. */
    private final class Sized implements Resizable, Reclaim {
        @Override
        public int processors() {
            return 1;
        }

        @Override
        public void processors(int count) {
            calls.add("processors " + count);
        }

        @Override
        public long memory() {
            return 0;
        }

        @Override
        public void memory(long bytes) {
            calls.add("memory " + (bytes >> 20));
        }

        @Override
        public void target(long bytes) {
            calls.add("target " + (bytes >> 20));
        }
    }

    /** Goes on as often as it is told to. */
    private final class Stalled implements Pausable {
        private final String id;

        Stalled(String id) {
            this.id = id;
        }

        @Override
        public void pause() {
            calls.add("pause " + id);
        }

        @Override
        public void resume() {
            calls.add("resume " + id);
            if (!mute) {
                paused.remove(id);
            }
        }
    }

    private static final class GivenUp implements ByteChannel {
        private final boolean unloaded;
        private volatile boolean closed;

        GivenUp(boolean unloaded) {
            this.unloaded = unloaded;
        }

        @Override
        public int read(ByteBuffer octets) {
            if (unloaded) {
                throw new NoClassDefFoundError("one that went with its bundle");
            }
            return -1;
        }

        @Override
        public int write(ByteBuffer octets) throws IOException {
            if (unloaded) {
                octets.position(octets.limit());
                return 1;
            }
            throw new IOException("Broken pipe");
        }

        @Override
        public boolean isOpen() {
            return !closed;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final class Session implements VmSession {

        private final String id;
        private final FutureTask<Void> end;
        private volatile SocketChannel waiting;
        private volatile boolean closed;

        Session(String id) {
            this.id = id;
            this.end = new FutureTask<>(() -> {
                try (SocketChannel c = FakeHost.open(socket, "wait " + id)) {
                    waiting = c;
                    c.read(ByteBuffer.allocate(8));
                }
                return null;
            });
            Thread.ofVirtual().start(end);
        }

        @Override
        public DriverRecord record() {
            return FakeBackend.record(id);
        }

        @Override
        public long pid() {
            return FakeHost.ask(socket, "state " + id).equals("ENDED") ? 0 : 4711;
        }

        @Override
        public VmState state() {
            underWay.incrementAndGet();
            try {
                return stalled.contains(id) ? VmState.PAUSED : VmState.valueOf(FakeHost.ask(socket, "state " + id));
            } finally {
                underWay.decrementAndGet();
                answered.release();
            }
        }

        @Override
        public boolean awaitExit(Duration limit) throws InterruptedException {
            try {
                if (limit == null) {
                    end.get();
                } else {
                    end.get(limit.toMillis(), TimeUnit.MILLISECONDS);
                }
                return true;
            } catch (TimeoutException e) {
                return false;
            } catch (ExecutionException e) {
                throw new HyprException(closed ? ErrorCode.GONE : ErrorCode.UNAVAILABLE, "The session is closed.", e);
            }
        }

        @Override
        public String ending() {
            return endings.getOrDefault(id, "");
        }

        @Override
        public void powerOff() {
            // A microVM of this kind has no button.
        }

        @Override
        public void kill() {
            FakeHost.ask(socket, "kill " + id);
        }

        @Override
        public ByteChannel link() {
            if (paused.contains(id)) {
                throw new IllegalStateException("Nobody opens the link of a microVM that waits");
            }
            for (AtomicInteger left : List.of(givenUp, unloaded)) {
                if (left.get() > 0) {
                    left.decrementAndGet();
                    return new GivenUp(left == unloaded);
                }
            }
            try {
                return FakeHost.link(socket, id);
            } catch (IOException e) {
                throw new HyprException(ErrorCode.UNAVAILABLE, "No link.", e);
            }
        }

        @Override
        public <F> Optional<F> facet(Class<F> type) {
            if (type == Snapshots.class) {
                return Optional.of(type.cast((Snapshots) directory -> 1));
            }
            if (type == Pausable.class && (stalled.contains(id) || paused.contains(id))) {
                return Optional.of(type.cast(new Stalled(id)));
            }
            if (type == Limitable.class) {
                return limits ? Optional.of(type.cast((Limitable) wanted -> calls.add("limits " + words(wanted)))) : Optional.empty();
            }
            return type == Resizable.class && resizes || type == Reclaim.class && balloons ? Optional.of(type.cast(new Sized())) : Optional.empty();
        }

        @Override
        public void close() {
            closed = true;
            try {
                if (waiting != null) {
                    waiting.close();
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
