package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.Json;
import io.hypr.core.internal.records.NetworkRecord;
import io.hypr.core.internal.records.SpareRecord;
import io.hypr.core.internal.template.TemplateRecord;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.image.Image;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;
import io.hypr.net.Attachment;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/**
 * MicroVMs that were restored from templates of images and stand still until a container starts from one: spares. A spare is made for the id of a container to
 * come, with its user, disk, run directory and tap, so that a start renames and moves nothing: a new container that fits gets that id. None outlives the
 * engine. Safe for use by any thread; while a backend or driver is called, only the one spare is locked.
 */
final class Pool {

    /** Of one template. */
    static final int MOST = 64;

    private static final Duration LIFE = Duration.ofDays(10_000);
    private static final String SUFFIX = ".json";
    private static final String NOBODYS = "02:00:00:00:00:01";

    private enum State {
        /** An engine before this one made it, or it could not be cleared away at once: it is cleared away later. */
        LEFT, MAKING, READY,
        /** There is a container that has its id and was not started. */
        CLAIMED,
        /** That container is being started: it is nobody else's. */
        STARTING
    }

    /** One of them. Its lock is held while it is made, taken or cleared away. */
    private static final class Spare {
        final SpareRecord record;
        final ReentrantLock lock = new ReentrantLock();
        State state;
        String tap = "";
        Hold hold;
        /** The plan for a guest with this address, which it learns when it is set up. */
        Function<String, VmPlan> plan;
        /** Waits for the end of the VMM. */
        Thread watch;
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
    }

    private final Engine engine;
    private final Path home;
    private final Map<String, Spare> spares = new LinkedHashMap<>();
    private final Map<String, String> failures = new HashMap<>();
    private int size;
    private boolean closed;

    Pool(Engine engine) {
        this.engine = engine;
        this.home = engine.settings().home().resolve("pool");
    }

    /** Reads what there is. */
    void open() throws IOException {
        if (Files.notExists(home)) {
            return;
        }
        try (Stream<Path> files = Files.list(home)) {
            for (Path file : files.toList()) {
                read(file);
            }
        }
    }

    private void read(Path file) throws IOException {
        try {
            if (file.equals(sizeFile())) {
                size = Integer.parseInt(Files.readString(file).strip());
            } else if (file.toString().endsWith(SUFFIX)) {
                left(Json.read(Files.readString(file), SpareRecord.class));
            } else {
                Files.delete(file); // It was being written, before anything else was made.
            }
        } catch (HyprException | NumberFormatException e) {
            engine.log().error("What the pool noted in {} cannot be read, and is forgotten.", file, e);
            Files.delete(file);
        }
    }

    private void left(SpareRecord record) {
        ContainerRecord container = engine.all().stream().filter(c -> c.id().equals(record.id)).findFirst().map(Container::record).orElse(null);
        boolean has = container != null && container.run > (container.phase == Phase.STARTING ? 1 : 0);
        if (has && container.phase != Phase.IDLE) {
            unlist(record); // The container has gone on from it, and a disk that lost its last changes has this file still.
            return;
        }
        Spare spare = new Spare(record, State.LEFT);
        spare.keepsDisk = has;
        spares.put(record.id, spare);
    }

    private Path sizeFile() {
        return home.resolve("size");
    }

    private Path file(SpareRecord record) {
        return home.resolve(record.id + SUFFIX);
    }

    private synchronized void list(SpareRecord record) {
        try {
            Files.createDirectories(home);
            Path fresh = home.resolve(record.id + ".new");
            Files.writeString(fresh, Json.write(record));
            Files.move(fresh, file(record), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("A microVM of the pool cannot be noted", e);
        }
    }

    private void unlist(SpareRecord record) {
        try {
            Files.deleteIfExists(file(record));
        } catch (IOException e) {
            throw new UncheckedIOException("A microVM of the pool is still noted", e);
        }
    }

    // --- how many ---

    /** @return how many are to wait of each template of an image for which nothing else was said */
    synchronized int size() {
        return size;
    }

    private int wanted(TemplateRecord template) {
        return template.root == null ? 0 : template.pool == null ? size() : template.pool;
    }

    /**
     * Says how many are to wait.
     *
     * @param wanted of each template, 0 to {@value #MOST}; 0 = none
     * @param templates of images; empty = all, also those to come
     */
    void resize(int wanted, List<TemplateRecord> templates) {
        if (wanted < 0 || wanted > MOST) {
            throw NewContainer.invalid("A pool has 0 to " + MOST + " microVMs of each template, not " + wanted + ".");
        }
        for (TemplateRecord t : templates) {
            if (t.root == null) {
                throw NewContainer.invalid("Template " + t.id.substring(0, 12) + " has no image mounted: a pool has microVMs of templates of images only.")
                    .remedy("Make one by 'hypr template create IMAGE'.");
            }
        }
        if (templates.isEmpty()) {
            keep(wanted);
            engine.templates().all().stream().filter(t -> t.pool != null).forEach(t -> engine.templates().pool(t, null));
        } else {
            templates.forEach(t -> engine.templates().pool(t, wanted));
        }
        for (TemplateRecord t : templates.isEmpty() ? engine.templates().all() : templates) {
            shrink(t);
            fill(t.id);
        }
        tidy();
    }

    private synchronized void tidy() {
        try {
            Files.deleteIfExists(home);
        } catch (DirectoryNotEmptyException e) {
            return; // It is used.
        } catch (IOException e) {
            throw new UncheckedIOException("The directory of the pool cannot be removed", e);
        }
    }

    private synchronized void keep(int wanted) {
        try {
            if (wanted == 0) {
                Files.deleteIfExists(sizeFile());
            } else {
                Files.createDirectories(home);
                Files.writeString(sizeFile(), Integer.toString(wanted));
            }
            size = wanted;
        } catch (IOException e) {
            throw new UncheckedIOException("The size of the pool cannot be kept", e);
        }
    }

    /** Clears away what is too many: of those that wait for anybody, and of those that containers have claimed, which were the first to do so. */
    private void shrink(TemplateRecord template) {
        int most = wanted(template);
        List<Spare> surplus = new ArrayList<>();
        for (State state : List.of(State.READY, State.CLAIMED)) {
            List<Spare> all = having(s -> s.isOf(template.id) && s.state == state);
            surplus.addAll(all.subList(0, Math.max(0, all.size() - most)));
        }
        end(surplus);
    }

    private synchronized List<Spare> having(Predicate<Spare> what) {
        return spares.values().stream().filter(what).toList();
    }

    /**
     * @param template an id
     * @return how many of it wait for a container to come
     */
    int ready(String template) {
        return (int) having(s -> s.isOf(template) && s.state == State.READY).stream().filter(Spare::waits).count();
    }

    /**
     * @param template of it
     * @return how many are to wait
     */
    int size(TemplateRecord template) {
        return wanted(template);
    }

    /**
     * @param template an id
     * @return why the last one could not be made; empty if it could
     */
    synchronized String failure(String template) {
        return failures.getOrDefault(template, "");
    }

    /**
     * @param id of a container to come
     * @return the user that the microVM has which it claimed
     */
    synchronized Optional<Integer> user(String id) {
        return Optional.ofNullable(spares.get(id)).map(s -> s.record.uid);
    }

    /** Adds the users that VMMs of the pool have. */
    synchronized void addUsers(Set<Integer> users) {
        spares.values().forEach(s -> users.add(s.record.uid));
    }

    /** Adds the ids of the endpoints to come. */
    synchronized void addEndpoints(Set<String> endpoints) {
        spares.values().stream().filter(s -> s.record.endpoint != null).forEach(s -> endpoints.add(s.record.endpoint));
    }

    // --- made ---

    /** Has those that are missing made, one after another, when the host has time. */
    private void fill(String template) {
        TemplateRecord record = engine.templates().get(template);
        if (record != null && isMissing(record)) {
            engine.templates().later("pool of " + template, () -> make(template));
        }
    }

    private boolean isMissing(TemplateRecord template) {
        int most = wanted(template);
        synchronized (this) {
            return !closed && spares.values().stream().filter(s -> s.isOf(template.id) && (s.state == State.READY || s.state == State.MAKING)).count() < most;
        }
    }

    private void make(String id) {
        try {
            makeOne(id);
        } catch (RuntimeException e) {
            if (!engine.isClosed()) {
                engine.log().error("The pool of template {} is left as it is: {}", id, e.getMessage(), e);
            }
        }
    }

    private void makeOne(String id) {
        end(having(s -> s.isOf(id) && (s.state == State.READY || s.state == State.LEFT)).stream().filter(s -> !s.waits()).toList());
        TemplateRecord template = engine.templates().get(id);
        if (template == null || !isMissing(template)) {
            return;
        }
        Spare spare = engine.withUser(uid -> begin(id, uid));
        HyprException failure;
        spare.lock.lock();
        try {
            failure = made(spare, template);
        } finally {
            spare.lock.unlock();
        }
        if (failure == null) {
            noteFailure(id, null);
            TemplateRecord now = engine.templates().get(id);
            if (now == null) {
                end(spare);
            } else {
                shrink(now); // Fewer may be wanted by now.
                fill(id);
            }
        } else if (engine.templates().get(id) == null || engine.isClosed()) {
            engine.log().debug("No microVM waits any more: {}", failure.getMessage());
        } else if (failure.code() == ErrorCode.CORRUPT) {
            engine.templates().blame(id, failure.getMessage());
        } else { // Nobody tries again before a container starts from the template.
            noteFailure(id, failure.getMessage());
            engine.log().warn("No microVM waits for a container of {}: {}", template.image, failure.getMessage(), failure);
        }
    }

    private synchronized void noteFailure(String template, String failure) {
        if (failure == null) {
            failures.remove(template);
        } else {
            failures.put(template, failure);
        }
    }

    private synchronized Spare begin(String template, int uid) {
        SpareRecord record = new SpareRecord();
        record.id = Ids.random();
        record.uid = uid;
        record.template = template;
        Spare spare = new Spare(record, State.MAKING);
        spares.put(record.id, spare);
        return spare;
    }

    /** Returns why it could not be made, or null. The caller holds its lock. */
    private HyprException made(Spare spare, TemplateRecord template) {
        HyprException failure;
        try {
            restore(spare, template);
            synchronized (this) {
                spare.state = State.READY;
                spare.watch = Thread.ofVirtual().name("watch over " + spare.record.id).start(() -> watch(spare));
            }
            return null;
        } catch (Exception e) {
            failure = e instanceof HyprException h ? h
                    : new HyprException(ErrorCode.INTERNAL, "A microVM that is to wait could not be made: " + e.getMessage(), e);
        }
        boolean interrupted = Thread.interrupted(); // What follows must not be cut short.
        try {
            clear(spare);
        } catch (HyprException | UncheckedIOException e) {
            failure.addSuppressed(e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failure;
    }

    private void restore(Spare spare, TemplateRecord template) throws Exception {
        if (!engine.templates().hasRoom()) {
            throw new HyprException(ErrorCode.EXHAUSTED, "There is too little room on the disk.");
        }
        SpareRecord record = spare.record;
        Path disk = Starter.upper(engine.directory(record.id));
        new Plan(engine.settings().points())
            .step("pool.note", () -> note(spare, template), null)
            .step("pool.disk", () -> {
                Files.createDirectories(disk.getParent());
                VmLaunch.copyDisk(engine, engine.templates().disk(template), template.disk, disk, record.uid);
            }, null)
            .beside("pool.tap", () -> tap(spare), null)
            .step("pool.restore", () -> restore(spare, template, disk), null)
            .run();
    }

    private void note(Spare spare, TemplateRecord template) {
        String driver = template.mtus.isEmpty() ? null : engine.networks().find(NetworkBook.DEFAULT).network.driver;
        synchronized (this) {
            spare.record.driver = driver;
            spare.record.endpoint = driver == null ? null : Ids.random();
        }
        list(spare.record);
    }

    private void tap(Spare spare) {
        SpareRecord record = spare.record;
        if (record.driver != null) {
            spare.tap = engine.networks().prepare(record.driver, record.endpoint, record.uid).map(Attachment::tap).orElseThrow(
                () -> new HyprException(ErrorCode.UNSUPPORTED, "The network driver " + record.driver + " makes no interface ahead."));
        }
    }

    private void restore(Spare spare, TemplateRecord template, Path disk) throws IOException {
        SpareRecord record = spare.record;
        Settings settings = engine.settings();
        Path run = Starter.emptied(engine.runDirectory(record.id));
        VmPlan.Boot boot = new VmPlan.Boot(settings.vmlinux(), settings.bzImage(), settings.initramfs(), List.of());
        spare.plan = mac -> template.plan(record.id, boot, List.of(Path.of(template.root), disk), spare.tap, mac, run,
            disk.resolveSibling(Starter.VMM_LOG), Starter.jail(record.id, record.uid, VmPlan.Limits.NONE), Set.of());
        spare.hold = engine.services().backends.restore(template.backend, engine.templates().saved(template), spare.plan.apply(NOBODYS), intent -> {
            record.vm = intent;
            list(record);
        });
    }

    // --- given away ---

    /**
     * Chooses the id of a container to come.
     *
     * @param info what was asked for, and the size of its microVM
     * @param image of it
     * @return that of a microVM that waits for such a container, which is claimed; a random one if there is none
     */
    String claim(ContainerInfo info, Image image) {
        Map<String, Boolean> suits = new HashMap<>();
        for (Spare spare : having(s -> s.state == State.READY)) {
            if (suits.computeIfAbsent(spare.record.template, t -> suits(spare, info, image)) && claim(spare)) {
                return spare.record.id;
            }
        }
        return Ids.random();
    }

    /** Whether a start of the container will most likely find the plan that the microVM was made with. */
    private boolean suits(Spare spare, ContainerInfo info, Image image) {
        ContainerSpec spec = info.spec;
        TemplateRecord t = engine.templates().get(spare.record.template);
        return t != null && t.disk == spec.diskSize && t.memory == info.memory && t.maxMemory == info.maxMemory
            && t.processors == info.processors && t.maxProcessors == info.maxProcessors
            && t.options.equals(spec.vmmOptions) && t.arguments.equals(VmLaunch.boot(engine.settings(), spec).arguments())
            && !spec.readOnly && !spec.privileged && !VmLaunch.mode(engine.settings(), spec).equals("off")
            && Size.limits(info).equals(VmPlan.Limits.NONE) && !DeviceBook.wanted(spec)
            && spec.mounts.isEmpty() && spec.volumesFrom.isEmpty() && image.config().volumes().isEmpty()
            && suits(t, spare.record, spec.network) && suits(t, spec.vmm)
            && t.root.equals(engine.services().roots().readOnly(image, Progress.NONE).toString());
    }

    private boolean suits(TemplateRecord template, SpareRecord spare, String network) {
        if (network.equals(NetworkBook.NONE) || template.mtus.isEmpty()) {
            return network.equals(NetworkBook.NONE) && template.mtus.isEmpty();
        }
        NetworkRecord found = engine.networks().find(network);
        return template.mtus.getFirst() == found.mtu && found.network.driver.equals(spare.driver);
    }

    private boolean suits(TemplateRecord template, String vmm) {
        try {
            return engine.services().backends.choose(vmm, Set.of(), 0, engine.settings().backends()).name().equals(template.backend);
        } catch (HyprException e) {
            return false; // The start says what is wrong.
        }
    }

    private boolean claim(Spare spare) {
        if (!spare.waits()) {
            engine.aside("end of a microVM that waited", () -> refill(spare));
            return false;
        }
        Spare first = null;
        synchronized (this) {
            if (spare.state != State.READY || spares.remove(spare.record.id) == null) {
                return false;
            }
            spare.state = State.CLAIMED;
            spares.put(spare.record.id, spare); // The last one now.
            List<Spare> claimed = having(s -> s.isOf(spare.record.template) && s.state == State.CLAIMED);
            TemplateRecord template = engine.templates().get(spare.record.template);
            if (template != null && claimed.size() > wanted(template)) {
                first = claimed.getFirst();
            }
        }
        Spare oldest = first;
        engine.aside("making of the next microVM that waits", () -> {
            if (oldest != null) {
                end(oldest);
            }
            fill(spare.record.template);
        });
        return true;
    }

    private void refill(Spare spare) {
        end(spare);
        fill(spare.record.template);
    }

    /** One whose VMM ends by itself is replaced, unless a container has claimed it, whose start finds that out. */
    private void watch(Spare spare) {
        try {
            if (spare.hold.awaitExit(LIFE) && having(s -> s == spare && s.state == State.READY).contains(spare)) {
                engine.aside("end of a microVM that waited", () -> refill(spare));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // It was taken or cleared away.
        } catch (HyprException e) {
            engine.log().debug("Nobody watches over {} any more: {}", spare.record.id, e.getMessage());
        }
    }

    /**
     * There is no container of an id that was claimed.
     *
     * @param id that {@link #claim} gave
     */
    synchronized void giveBack(String id) {
        Spare spare = spares.get(id);
        if (spare != null) {
            becomes(spare, State.CLAIMED, State.READY);
        }
    }

    private synchronized boolean becomes(Spare spare, State from, State to) {
        if (spare.state != from) {
            return false;
        }
        spare.state = to;
        return true;
    }

    private synchronized Spare find(String id) {
        return spares.get(id);
    }

    /**
     * @param id of a container
     * @return whether a microVM waits for it
     */
    boolean has(String id) {
        return find(id) != null;
    }

    /**
     * A container is being started. What waits for it is from now on nobody else's; what an earlier engine left of it is cleared away.
     *
     * @param id of the container
     * @return whether a microVM waits for it
     */
    boolean begin(String id) {
        Spare spare = find(id);
        if (spare == null) {
            return false;
        }
        spare.lock.lock();
        try {
            if (!spare.gone && !becomes(spare, State.CLAIMED, State.STARTING)) {
                clear(spare);
            }
            return !spare.gone;
        } finally {
            spare.lock.unlock();
        }
    }

    /**
     * @param id of a container that is being started
     * @return id of the endpoint that its tap was made for; null if there is none
     */
    synchronized String endpoint(String id) {
        Spare spare = spares.get(id);
        return spare == null ? null : spare.record.endpoint;
    }

    /**
     * The tap is the container's from now on: whatever becomes of the microVM, it stays.
     *
     * @param id of a container that is being started
     */
    synchronized void giveTap(String id) {
        Spare spare = spares.get(id);
        if (spare != null) {
            spare.record.endpoint = null;
        }
    }

    /**
     * Lets the microVM that waits for a container go on, if it fits.
     *
     * @param id of the container
     * @param template that it is to start from
     * @param plan of its microVM
     * @param intent takes the record of the microVM before it goes on
     * @return a hold on it; null if there is none that fits, and nothing of one any more
     */
    Hold take(String id, String template, VmPlan plan, Consumer<DriverRecord> intent) {
        Spare spare = find(id);
        if (spare == null) {
            return null;
        }
        spare.lock.lock();
        try {
            if (spare.gone) {
                return null;
            }
            if (spare.isOf(template) && fits(spare, plan) && goesOn(spare, intent)) {
                return spare.hold;
            }
            clear(spare);
            return null;
        } finally {
            spare.lock.unlock();
        }
    }

    private static boolean fits(Spare spare, VmPlan wanted) {
        return spare.plan != null && wanted.equals(spare.plan.apply(wanted.nics().isEmpty() ? NOBODYS : wanted.nics().getFirst().mac()));
    }

    private boolean goesOn(Spare spare, Consumer<DriverRecord> intent) {
        try {
            if (!spare.waits()) {
                return false;
            }
            intent.accept(spare.hold.record());
            spare.hold.call(vm -> {
                vm.facet(Pausable.class).orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED, "It cannot be told to.")).resume();
                return null;
            });
            engine.settings().points().accept("pool.resume.done");
            unlist(spare.record);
            forget(spare);
            return true;
        } catch (HyprException | UncheckedIOException e) {
            engine.log().warn("The microVM that waited for {} does not go on: {}", spare.record.id, e.getMessage(), e);
            return false;
        }
    }

    private synchronized void forget(Spare spare) {
        spare.gone = true;
        spares.remove(spare.record.id);
        if (spare.watch != null) {
            spare.watch.interrupt();
        }
    }

    // --- ended ---

    /**
     * Clears away the microVM that waits for a container, with its disk.
     *
     * @param id of the container, which was never started
     */
    void drop(String id) {
        Spare spare = find(id);
        if (spare != null) {
            end(spare, true);
        }
    }

    private void end(Spare spare) {
        end(spare, false);
    }

    /** What waits for a container that is being started is only that start's to end. */
    private void end(Spare spare, boolean always) {
        spare.lock.lock();
        try {
            if (!spare.gone && (always || spare.state != State.STARTING)) {
                clear(spare);
            }
        } finally {
            spare.lock.unlock();
        }
    }

    /** All at once; what cannot be cleared away is tried again by the next engine, or when its backend comes again. */
    private void end(List<Spare> those) {
        CompletableFuture.allOf(those.stream().map(s -> Plan.aside(() -> {
            try {
                end(s);
            } catch (HyprException | UncheckedIOException e) {
                if (!engine.isClosed()) {
                    engine.log().warn("The microVM {}, which waits for a container, cannot be cleared away: {}", s.record.id, e.getMessage(), e);
                }
            }
        })).toArray(CompletableFuture<?>[]::new)).join();
    }

    /** Removes all of it; its record last, so that this can be repeated after a crash anywhere. The caller holds its lock. */
    private void clear(Spare spare) {
        SpareRecord record = spare.record;
        synchronized (this) {
            spare.state = State.LEFT;
        }
        if (spare.hold != null) {
            spare.hold.close();
        }
        if (record.vm != null) {
            engine.services().backends.discard(record.vm);
        }
        if (record.endpoint != null) {
            engine.networks().unprepare(record.driver, record.endpoint, record.uid, !engine.isClosed());
        }
        Clearing.delete(engine.runDirectory(record.id));
        Path directory = engine.directory(record.id);
        try {
            if (!spare.keepsDisk) {
                Files.deleteIfExists(Starter.upper(directory));
                Files.deleteIfExists(directory.resolve(Starter.VMM_LOG));
            }
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            engine.log().debug("Container {} has more in its directory than what waited for it.", record.id);
        } catch (IOException e) {
            throw new UncheckedIOException("The disk in " + directory + " cannot be removed", e);
        }
        unlist(record);
        forget(spare);
    }

    /**
     * A template has come or gone.
     *
     * @param template its id
     */
    void follow(String template) {
        if (engine.templates().get(template) == null) {
            end(having(s -> s.isOf(template)));
            synchronized (this) {
                failures.remove(template);
            }
        } else {
            fill(template);
        }
    }

    /**
     * A container runs from a template: the next one shall find another that waits.
     *
     * @param template its id
     */
    void used(String template) {
        fill(template);
    }

    /**
     * A backend has come: what an earlier engine left of it goes, and what is missing is made.
     *
     * @param backend its name
     */
    void settle(String backend) {
        end(having(s -> s.state == State.LEFT && (s.record.vm == null || s.record.vm.owner().equals(backend))));
        engine.templates().all().stream().filter(t -> t.backend.equals(backend)).forEach(t -> fill(t.id));
    }

    /**
     * A backend goes: what waits in its hands goes before.
     *
     * @param backend its name
     */
    void leave(String backend) {
        end(having(s -> (s.state == State.READY || s.state == State.CLAIMED) && s.record.vm != null && s.record.vm.owner().equals(backend)));
    }

    /** Ends all that wait. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        end(having(s -> s.state != State.LEFT));
    }
}
