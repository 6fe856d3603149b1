package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.Settings;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.net.Ports;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.HomeLock;
import io.hypr.core.internal.records.Json;
import io.hypr.core.internal.records.Records;
import io.hypr.core.internal.template.TemplateCache;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.EngineListener;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Volumes.Volume;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.NetworkDriver;

/**
 * The engine: all containers of one home, and what they share. Nothing that it is made of knows OSGi. {@link #open} must have returned before anything
 * else is called; {@link #close} ends no microVM.
 */
public final class Engine implements AutoCloseable {

    /** How long operations may take to end when the engine is closed. */
    private static final Duration LET_GO = Duration.ofSeconds(5);
    /** Between two looks at the room on the disk. */
    private static final Duration LOOK = Duration.ofSeconds(5);

    private final Settings settings;
    private final Services services;
    private final EventBook events;
    private final Restarts restarts;
    private final StartTimes booted = new StartTimes();
    private final StartTimes fromTemplates = new StartTimes();
    private final TemplateCache templates;
    private final Pool pool;
    private final DeviceBook devices = new DeviceBook(this);
    private final Map<String, Container> containers = new LinkedHashMap<>();
    private HomeLock lock;
    private Records records;
    private NetworkBook networks;
    private VolumeBook volumes;
    private Ports ports;
    private volatile boolean closed;
    private CompletableFuture<Void> reconciled;

    /**
     * @param settings what it was configured with
     * @param services of other bundles
     */
    public Engine(Settings settings, Services services) {
        this.settings = settings;
        this.services = services;
        this.events = new EventBook(services.log());
        this.restarts = new Restarts(this);
        this.templates = new TemplateCache(settings, services.backends, services.log(),
            this::told, services::roots,
            id -> all().stream().anyMatch(c -> c.runsFrom(id)));
        this.pool = new Pool(this);
    }

    /**
     * Takes the home over and reads the records; what they and the host say is brought together beside this call, container by container.
     *
     * @throws HyprException {@code IN_USE} if another engine has the home, {@code CORRUPT} if the records cannot be read
     */
    public void open() {
        lock = new HomeLock(settings.home());
        try {
            records = new Records(settings.home(), settings.points());
            networks = new NetworkBook(records, services.networks, settings.subnets(), settings.routes());
            ports = new Ports(records, services::balancer, HostFacts.ipv6());
            volumes = new VolumeBook(this, records, settings.home());
            events.open(records);
            templates.open();
            Files.createDirectories(settings.home().resolve("containers"));
            List<ContainerRecord> kept = records.containers();
            synchronized (containers) {
                kept.forEach(r -> containers.put(r.info.id, new Container(this, r)));
            }
            pool.open();
            Reconciler reconciler = new Reconciler(this);
            reconciler.restorePorts();
            all().forEach(reconciler::takeOver);
            reconciled = CompletableFuture.allOf(all().stream().map(c -> Plan.aside(() -> reconcile(reconciler, c))).toArray(CompletableFuture<?>[]::new));
            restarts.every(LOOK, "look at the room on the disk", new DiskWatch(this)::look);
        } catch (IOException e) {
            close();
            throw new HyprException(ErrorCode.DENIED, "The home " + settings.home() + " cannot be written.", e);
        } catch (HyprException e) {
            close();
            throw e;
        }
    }

    private void reconcile(Reconciler reconciler, Container container) {
        try {
            reconciler.reconcile(container);
        } catch (RuntimeException e) {
            if (!closed) {
                log().error("Container {} could not be brought together with the host: {}", container.id(), e.getMessage(), e);
                if (e instanceof HyprException h && h.code() == ErrorCode.EXHAUSTED) {
                    restarts.later("look at " + container.id(), () -> reconcile(reconciler, container)); // There was no room to record it.
                }
            }
        }
    }

    /** Waits until every container was looked at after the start. */
    void awaitReconciled() {
        reconciled.join();
    }

    Settings settings() {
        return settings;
    }

    /** @return the services of other bundles */
    public Services services() {
        return services;
    }

    Records records() {
        return records;
    }

    NetworkBook networks() {
        return networks;
    }

    Ports ports() {
        return ports;
    }

    VolumeBook volumes() {
        return volumes;
    }

    DeviceBook devices() {
        return devices;
    }

    StartTimes startTimes(boolean booting) {
        return booting ? booted : fromTemplates;
    }

    TemplateCache templates() {
        return templates;
    }

    Pool pool() {
        return pool;
    }

    Handover handover() {
        return pool.handover();
    }

    private void told(String action, String template, Map<String, String> attributes) {
        events.tell(Instant.now(), "template", action, template, attributes);
        pool.follow(template);
    }

    EventBook events() {
        return events;
    }

    Restarts restarts() {
        return restarts;
    }

    Logger log() {
        return services.log();
    }

    boolean isClosed() {
        return closed;
    }

    Path directory(String id) {
        return settings.home().resolve("containers").resolve(id);
    }

    /** Short, since the paths of unix sockets have room for 108 octets. */
    Path runDirectory(String id) {
        return settings.run().resolve(id.substring(0, 12));
    }

    /** Does something on a thread of its own; what fails is logged. */
    void aside(String what, Runnable act) {
        Thread.ofVirtual().name(what).start(() -> {
            try {
                act.run();
            } catch (RuntimeException e) {
                if (!closed) {
                    log().error("The {} failed: {}", what, e.getMessage(), e);
                }
            }
        });
    }

    /**
     * A network driver has come: what it has on the host that no record knows of is removed.
     *
     * @param driver who is asked
     */
    public void sweep(NetworkDriver driver) {
        aside("look at what network driver " + services.networks.name(driver) + " has", () -> new Reconciler(this).sweep(driver));
    }

    /**
     * A backend has come: what it had half made is cleared away.
     *
     * @param backend its name
     */
    public void settle(String backend) {
        aside("look at the templates of backend " + backend, () -> {
            templates.settle(backend);
            pool.settle(backend);
        });
    }

    /**
     * A backend goes: no microVM waits in its hands any more.
     *
     * @param backend its name
     */
    public void unsettle(String backend) {
        pool.leave(backend);
    }

    /** A balancer has come: it is told all published ports. */
    public void republish() {
        aside("publication of ports", ports::refresh);
    }

    /** @param listener is told every event from now on */
    public void addListener(EngineListener listener) {
        events.add(listener);
    }

    /** @param listener is told nothing any more */
    public void removeListener(EngineListener listener) {
        events.remove(listener);
    }

    // --- containers ---

    List<Container> all() {
        synchronized (containers) {
            return List.copyOf(containers.values());
        }
    }

    /** @return the newest first */
    List<Container> newest() {
        return all().stream().sorted(Comparator.comparing((Container c) -> c.ask(r -> r.info.created)).reversed()).toList();
    }

    Container find(String name) {
        synchronized (containers) {
            Container exact = containers.get(name);
            if (exact != null) {
                return exact;
            }
            String bare = name.startsWith("/") ? name.substring(1) : name;
            for (Container c : containers.values()) {
                if (c.name().equals(bare)) {
                    return c;
                }
            }
            List<Container> found = name.isEmpty() ? List.of() : containers.values().stream().filter(c -> c.id().startsWith(name)).toList();
            if (found.size() > 1) {
                throw new HyprException(ErrorCode.CONFLICT, "Multiple IDs found with provided prefix: " + name);
            }
            if (found.isEmpty()) {
                throw new HyprException(ErrorCode.NOT_FOUND, "No such container: " + name);
            }
            return found.getFirst();
        }
    }

    Container create(ContainerSpec wanted) {
        ContainerSpec spec = Json.copy(wanted, ContainerSpec.class);
        if (spec.image == null || spec.image.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "A container needs an image.");
        }
        Image image = services.images().find(spec.image).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: "
            + (spec.image.contains(":") || spec.image.contains("@") ? spec.image : spec.image + ":latest")).remedy("Pull it: hypr pull " + spec.image));
        if (spec.name != null) {
            spec.name = NewContainer.checked(spec.name.startsWith("/") ? spec.name.substring(1) : spec.name);
        }
        NewContainer wished = new NewContainer(spec, image, settings);
        String id = handover().claim(wished.machine(), image);
        List<Volume> fresh = new ArrayList<>();
        Container container;
        try {
            container = keep(spec, wished.record(id), image, fresh);
        } catch (RuntimeException e) {
            handover().giveBack(id);
            throw e;
        }
        try {
            makeVolumes(container, fresh);
        } finally {
            container.operation().unlock();
        }
        container.event("create", Map.of());
        return container;
    }

    /** The container is recorded first: an engine that ends meanwhile leaves no volume of which nobody knows why it is there. */
    private void makeVolumes(Container container, List<Volume> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        try {
            new Mounts(this).make(fresh);
            container.change(r -> {
                r.phase = Phase.IDLE;
                r.freshVolumes.clear();
            });
        } catch (HyprException e) {
            try {
                abandon(container);
            } catch (HyprException left) {
                e.addSuppressed(left);
                restarts.clearLater(container);
            }
            throw e;
        }
    }

    /** Undoes the creation of a container. The caller holds its operation lock. */
    void abandon(Container container) {
        new Mounts(this).forget(container);
        forget(container);
    }

    private void forget(Container container) {
        container.remove();
        records.removeContainer(container.id());
        synchronized (containers) {
            containers.remove(container.id());
        }
        container.gone();
    }

    /** @return the container, with its operation lock held; what of its volumes is to be made is added to those that are fresh */
    private Container keep(ContainerSpec spec, ContainerRecord record, Image image, List<Volume> fresh) {
        if (!spec.network.equals(NetworkBook.NONE)) {
            networks.find(spec.network);
        }
        fresh.addAll(new Mounts(this).claim(record.info, image.config().volumes()));
        fresh.forEach(v -> record.freshVolumes.add(v.name));
        record.phase = fresh.isEmpty() ? Phase.IDLE : Phase.CREATING;
        return keep(spec, record);
    }

    private Container keep(ContainerSpec spec, ContainerRecord record) {
        synchronized (containers) {
            record.info.name = spec.name == null ? Ids.name(this::isTaken) : free(spec.name, null);
            record.info.spec.name = record.info.name;
            record.uid = handover().user(record.info.id).orElseGet(this::uid);
            Container container = new Container(this, record);
            records.put(record);
            container.operation().lock();
            containers.put(container.id(), container);
            return container;
        }
    }

    private boolean isTaken(String name) {
        return containers.values().stream().anyMatch(c -> c.name().equals(name));
    }

    private String free(String name, Container self) {
        for (Container c : containers.values()) {
            if (c != self && c.name().equals(name)) {
                throw new HyprException(ErrorCode.CONFLICT, "Conflict. The container name \"/" + name + "\" is already in use by container \"" + c.id()
                    + "\". You have to remove (or rename) that container to be able to reuse that name.");
            }
        }
        return name;
    }

    /** Every container's VMM has a user of its own, so that none can touch another's. */
    private int uid() {
        Set<Integer> taken = new HashSet<>();
        containers.values().forEach(c -> taken.add(c.ask(r -> r.uid)));
        pool.addUsers(taken);
        int uid = settings.firstUid();
        while (taken.contains(uid)) {
            uid++;
        }
        return uid;
    }

    /** Takes a user that no other VMM has. */
    <T> T withUser(IntFunction<T> take) {
        synchronized (containers) {
            return take.apply(uid());
        }
    }

    void rename(Container container, String wanted) {
        String name = wanted.startsWith("/") ? wanted.substring(1) : wanted;
        String old;
        synchronized (containers) {
            old = container.name();
            if (old.equals(name)) {
                throw new HyprException(ErrorCode.INVALID, "Renaming a container with the same name as its current name");
            }
            try {
                if (!name.matches(Ids.NAME)) {
                    NewContainer.checked("/" + name); // As Docker says it.
                }
                free(name, container);
            } catch (HyprException e) {
                throw new HyprException(e.code(), "Error when allocating new name: " + e.getMessage(), e);
            }
            container.change(r -> {
                r.info.name = name;
                r.info.spec.name = name;
            });
        }
        container.event("rename", Map.of("oldName", "/" + old));
    }

    /** Removes a container that was to go with its end, once all that read its output have it. */
    void removeAfterEnd(Container container) {
        try {
            container.log().awaitRead(null);
            if (!closed) {
                remove(container);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The next engine removes it.
        } catch (HyprException e) {
            log().error("Container {} could not be removed after its end: {} It is tried again.", container.id(), e.getMessage(), e);
            restarts.later("removal of " + container.id(), () -> removeAfterEnd(container));
        }
    }

    /** Removes a container that does not run; with its volumes that nobody named, if that was wanted before or it removes itself. */
    void remove(Container container) {
        container.operation().lock();
        try {
            if (container.isRemoved()) {
                return;
            }
            if (container.run() != null) {
                throw new HyprException(ErrorCode.CONFLICT, "You cannot remove a running container " + container.id()
                    + ". Stop the container before attempting removal or force remove");
            }
            boolean cleared = container.ask(r -> r.phase == Phase.IDLE); // Since its end, or it has never been started.
            container.change(r -> {
                r.phase = Phase.REMOVING;
                r.removeVolumes |= r.info.spec.autoRemove;
                r.info.state = ContainerState.REMOVING;
                r.restartAt = null;
            });
            settings.points().accept("remove.intent.done");
            removeFiles(container, cleared);
            forget(container);
        } finally {
            container.operation().unlock();
        }
        container.event("destroy", Map.of());
    }

    private void removeFiles(Container container, boolean cleared) {
        try {
            handover().drop(container.id());
            if (!cleared && !new Clearing(this, container).rest()) {
                throw Clearing.left(container);
            }
            container.log().close();
            if (container.ask(r -> r.removeVolumes)) {
                new Mounts(this).removeAnonymous(container);
            }
            Clearing.delete(container.directory());
            settings.points().accept("remove.files.done");
        } catch (IOException | java.io.UncheckedIOException e) {
            container.change(r -> r.info.state = ContainerState.DEAD);
            throw new HyprException(ErrorCode.INTERNAL, "The files of container " + container.name() + " could not be removed.", e);
        } catch (HyprException e) {
            container.change(r -> r.info.state = ContainerState.DEAD);
            throw e;
        }
    }

    /** Lets go of everything. No microVM ends but those that were being started; what else is under way is carried on by the next engine. */
    @Override
    public void close() {
        closed = true;
        services.backends.close();
        templates.close();
        pool.close();
        restarts.close();
        events.close();
        for (Container c : all()) {
            Run run = c.run();
            if (run != null) {
                run.leave();
            }
            c.changed();
        }
        awaitOperations();
        for (Container c : all()) {
            try {
                c.log().close();
            } catch (IOException e) {
                log().warn("The log of {} could not be closed.", c.id(), e);
            }
        }
        if (records != null) {
            records.close();
        }
        if (lock != null) {
            lock.close();
        }
    }

    /** Two engines must not work on one container: whatever is under way finds out that the engine is closed, and ends soon. */
    private void awaitOperations() {
        long deadline = System.nanoTime() + LET_GO.toNanos();
        try {
            for (Container c : all()) {
                if (c.operation().tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    c.operation().unlock();
                } else {
                    log().warn("What is done to container {} did not end in {} s; the engine is closed all the same.", c.id(), LET_GO.toSeconds());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
