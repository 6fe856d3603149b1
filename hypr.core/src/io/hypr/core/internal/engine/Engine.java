package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.net.Ports;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.HomeLock;
import io.hypr.core.internal.records.Records;
import io.hypr.core.internal.template.TemplateCache;
import io.hypr.engine.EngineListener;
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
    private final ContainerBook containers = new ContainerBook(this);
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
            containers.open(records.containers());
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

    ContainerBook containers() {
        return containers;
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

    /**
     * @param name of a container, its id, or the beginning of its id
     * @return the container
     * @throws HyprException {@code NOT_FOUND} if there is none, {@code CONFLICT} if there are several
     */
    Container find(String name) {
        return containers.find(name);
    }

    List<Container> all() {
        return containers.all();
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
