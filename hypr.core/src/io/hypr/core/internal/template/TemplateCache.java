package io.hypr.core.internal.template;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Backends;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Templates;
import io.hypr.vmm.VmPlan;

/**
 * The templates that microVMs start from: one for each shape, made once beside the first containers that start cold, kept over restarts of
 * the engine, and removed when its shape cannot occur any more or there is no room. Safe for use by any thread; no lock is held while a
 * backend is called.
 */
public final class TemplateCache implements AutoCloseable {

    /** Tells the world. */
    @FunctionalInterface
    public interface Teller {
        /**
         * @param action {@code create}, {@code destroy}, {@code discard}
         * @param id of the template
         * @param attributes of the event
         */
        void tell(String action, String id, Map<String, String> attributes);
    }

    /**
     * How a microVM is to start.
     *
     * @param template id of the template; empty = cold
     * @param saved what the backend starts from; null = cold
     * @param disk what the container's disk must be a copy of: the template has it and the image mounted; null = it has nothing mounted
     * @param reason why it is so, a sentence
     * @param wanted what would have helped; null = nothing, or it is there
     */
    public record Way(String template, Path saved, Path disk, String reason, TemplateRecord wanted) {

        /**
         * @param reason why it is so
         * @param wanted what would have helped; null = nothing
         * @return the way of a microVM that boots
         */
        public static Way cold(String reason, TemplateRecord wanted) {
            return new Way("", null, null, reason, wanted);
        }

        /** @return whether the microVM boots */
        public boolean isCold() {
            return saved == null;
        }
    }

    /** What others must still have on the disk after a template was made that nobody asked for. */
    private static final long SPARE = 1L << 30;

    private final Settings settings;
    private final Backends backends;
    private final Logger log;
    private final Teller teller;
    private final Predicate<String> inUse;
    private final TemplateStore store;
    private final TemplateMaker maker;
    private final Background background;
    private final ReentrantLock making = new ReentrantLock();
    private final Map<String, String> failures = new HashMap<>();

    /**
     * @param settings of the engine
     * @param backends that are there
     * @param log of the engine
     * @param teller is told what happens to templates
     * @param roots makes disks
     * @param inUse whether a microVM runs from a template of that id
     */
    public TemplateCache(Settings settings, Backends backends, Logger log, Teller teller, Supplier<RootFileSystems> roots, Predicate<String> inUse) {
        this.settings = settings;
        this.backends = backends;
        this.log = log;
        this.teller = teller;
        this.inUse = inUse;
        this.store = new TemplateStore(settings.home().resolve("templates"));
        this.maker = new TemplateMaker(settings, backends, store, roots);
        this.background = new Background();
    }

    /** Reads what there is. */
    public void open() {
        try {
            store.open();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The templates in " + settings.home() + " cannot be read.", e);
        }
    }

    /**
     * A backend has come: what it left half made is cleared away, and templates of shapes that do not occur any more are removed.
     *
     * @param backend its name
     */
    public void settle(String backend) {
        store.leftovers().stream().filter(r -> r.backend.equals(backend)).forEach(maker::clear);
        backends.templates(backend).ifPresent(templates -> {
            tidy();
            for (TemplateRecord record : store.list()) {
                if (record.backend.equals(backend) && !inUse.test(record.id) && !record.shape.equals(shape(templates, record))) {
                    remove(record, "destroy", "No microVM of this version has that shape.");
                }
            }
        });
    }

    private String shape(Templates templates, TemplateRecord record) {
        Path nowhere = settings.run();
        VmPlan plan = record.plan(new VmPlan.Boot(settings.vmlinux(), settings.bzImage(), settings.initramfs(), List.of()),
                record.readOnly.stream().map(d -> nowhere).toList(), nowhere,
            nowhere, new VmPlan.Jail(0, 0, "hypr"));
        try {
            return templates.shape(plan);
        } catch (HyprException e) {
            return ""; // Such a microVM cannot be started at all.
        }
    }

    // --- starts ---

    /**
     * Looks for a template.
     *
     * @param backend by name
     * @param plan of the microVM
     * @param root of a container that was never started, if a template may have it mounted; null = it may not
     * @return how it is to start
     */
    public Way way(String backend, VmPlan plan, MountedRoot root) {
        Optional<Templates> templates = backends.templates(backend);
        if (templates.isEmpty()) {
            return Way.cold("The backend " + backend + " has no templates.", null);
        }
        String shape = templates.get().shape(plan);
        if (shape.isEmpty()) {
            return Way.cold("A microVM with devices or shares of the host, or one that can grow, does not start from a template.", null);
        }
        TemplateRecord wanted = TemplateRecord.of(id(backend, shape), backend, shape, plan, null);
        TemplateRecord better = root == null ? null : mounted(backend, shape, plan, root);
        if (better != null && store.find(better.id) != null) {
            store.use(better.id);
            return new Way(better.id, store.saved(better.id), store.disk(better.id), "It started from a template of its image.", null);
        }
        if (store.find(wanted.id) != null) {
            store.use(wanted.id);
            boolean possible = better != null && failure(better.id) == null;
            return new Way(wanted.id, store.saved(wanted.id), null, "It started from a template.", possible ? better : null);
        }
        String failure = failure(wanted.id);
        return failure == null ? Way.cold("There was no template of its shape yet.", wanted)
                : Way.cold("The template of its shape could not be made or used: " + failure, null);
    }

    private static TemplateRecord mounted(String backend, String shape, VmPlan plan, MountedRoot root) {
        return TemplateRecord.of(id(backend, shape + "\n" + root.file() + "\n" + root.stamp() + "\n" + root.disk()), backend, shape, plan, root);
    }

    private static String id(String backend, String shape) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest((backend + "\n" + shape).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    private String failure(String id) {
        synchronized (failures) {
            return failures.get(id);
        }
    }

    /**
     * A microVM did not start from a template: nobody tries that again.
     *
     * @param template its id
     * @param reason what happened
     */
    public void blame(String template, String reason) {
        synchronized (failures) {
            failures.put(template, reason);
        }
        TemplateRecord record = store.find(template);
        if (record != null) {
            log.warn("Template {} is thrown away: {}", template.substring(0, 12), reason);
            remove(record, "discard", reason);
        }
    }

    /** A container is being started: nothing is made meanwhile. Ends with {@link #ready}. */
    public void busy() {
        background.busy();
    }

    /** The start has ended. */
    public void ready() {
        background.ready();
    }

    /**
     * Has a template made when the host has time.
     *
     * @param wanted as {@link #way} said
     */
    public void want(TemplateRecord wanted) {
        background.want(wanted.id, () -> makeQuietly(wanted));
    }

    /**
     * Has something else done when the host has time. What is wanted already is done once.
     *
     * @param what it is
     * @param act does it; throws nothing
     */
    public void later(String what, Runnable act) {
        background.want(what, act);
    }

    private void makeQuietly(TemplateRecord wanted) {
        if (failure(wanted.id) != null) {
            return; // Another start wanted it while it was tried.
        }
        if (!hasRoom()) {
            log.debug("No template is made: there is less than {} bytes of room on the disk.", SPARE);
            return;
        }
        try {
            make(wanted);
        } catch (RuntimeException e) {
            if (!Thread.currentThread().isInterrupted() && !(e instanceof HyprException h && h.code() == ErrorCode.CANCELLED)) {
                log.warn("The template for {} could not be made: {}", wanted.shape, e.getMessage(), e);
                synchronized (failures) {
                    failures.put(wanted.id, String.valueOf(e.getMessage()));
                }
            }
        }
    }

    /**
     * Makes a template now, if it is not there.
     *
     * @param backend by name
     * @param plan that has the shape
     * @param root that it shall have mounted; null = none
     * @return its id
     */
    public String create(String backend, VmPlan plan, MountedRoot root) {
        synchronized (failures) {
            failures.clear();
        }
        Way way = way(backend, plan, root);
        if (way.wanted() != null) {
            TemplateRecord made = root == null ? way.wanted() : mounted(backend, way.wanted().shape, plan, root);
            make(made);
            return made.id;
        }
        if (way.isCold()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "There can be no template: " + way.reason()).remedy("Start it without one, by --template auto.");
        }
        return way.template();
    }

    private void make(TemplateRecord wanted) {
        making.lock();
        try {
            if (store.find(wanted.id) != null) {
                return;
            }
            long begin = System.nanoTime();
            maker.make(wanted);
            log.info("Made template {} in {} ms: {}", wanted.id.substring(0, 12), (System.nanoTime() - begin) / 1_000_000, wanted.shape);
            teller.tell("create", wanted.id, Map.of("backend", wanted.backend, "shape", wanted.shape));
            makeRoom();
        } finally {
            making.unlock();
        }
    }

    // --- what there is ---

    /** @return whether others still have enough on the disk after something was made that nobody asked for */
    public boolean hasRoom() {
        return store.hasRoom(SPARE);
    }

    /** @return all of them */
    public List<TemplateRecord> all() {
        return store.list();
    }

    /**
     * @param id of a template
     * @return the template; null if it is gone
     */
    public TemplateRecord get(String id) {
        return store.find(id);
    }

    /**
     * @param record of a template
     * @return what the backend saved
     */
    public Path saved(TemplateRecord record) {
        return store.saved(record.id);
    }

    /**
     * @param record of a template of an image
     * @return the disk that it has mounted
     */
    public Path disk(TemplateRecord record) {
        return store.disk(record.id);
    }

    /**
     * Keeps how many microVMs of a template are to wait.
     *
     * @param record of the template
     * @param size how many; null = as many as of all others
     */
    public void pool(TemplateRecord record, Integer size) {
        record.pool = size;
        try {
            store.rewrite(record);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The record of template " + record.id.substring(0, 12) + " cannot be written.", e);
        }
    }

    /** @return all of them, the one that was used last first */
    public List<TemplateRecord> list() {
        tidy();
        return store.list().stream().sorted(Comparator.comparing((TemplateRecord r) -> store.used(r.id)).reversed()).toList();
    }

    /**
     * @param id of a template
     * @return when it was last used, or made
     */
    public Instant used(String id) {
        return store.used(id);
    }

    /**
     * @param name a unique beginning of an id
     * @return the template
     */
    public TemplateRecord find(String name) {
        List<TemplateRecord> found = name.isEmpty() ? List.of() : store.list().stream().filter(r -> r.id.startsWith(name)).toList();
        if (found.size() > 1) {
            throw new HyprException(ErrorCode.CONFLICT, "Several templates have ids that begin with " + name + ".");
        }
        if (found.isEmpty()) {
            throw new HyprException(ErrorCode.NOT_FOUND, "No such template: " + name).remedy("'hypr template ls' shows those that there are.");
        }
        return found.getFirst();
    }

    /**
     * Removes a template.
     *
     * @param record of it
     */
    public void remove(TemplateRecord record) {
        if (inUse.test(record.id)) {
            throw new HyprException(ErrorCode.IN_USE, "Containers run from template " + record.id.substring(0, 12) + ".")
                    .remedy("Stop them first; 'hypr template ls' counts them.");
        }
        remove(record, "destroy", "");
    }

    /** @return the templates that no container runs from; they are removed */
    public List<TemplateRecord> prune() {
        List<TemplateRecord> unused = store.list().stream().filter(r -> !inUse.test(r.id)).toList();
        unused.forEach(r -> remove(r, "destroy", ""));
        return unused;
    }

    /** Removes those whose image is not there any more. */
    private void tidy() {
        for (TemplateRecord record : store.list()) {
            if (!record.isSound() && !inUse.test(record.id)) {
                remove(record, "destroy", "Its image is gone.");
            }
        }
    }

    private void makeRoom() {
        List<TemplateRecord> newest = list();
        long size = 0;
        for (int i = 0; i < newest.size(); i++) {
            size += newest.get(i).size;
            if (i > 0 && size > settings.templateRoom() && !inUse.test(newest.get(i).id)) {
                size -= newest.get(i).size;
                remove(newest.get(i), "destroy", "There was no room.");
            }
        }
    }

    private void remove(TemplateRecord record, String action, String reason) {
        store.remove(record.id);
        Set<Path> kept = store.list().stream().filter(r -> r.backend.equals(record.backend)).map(r -> store.saved(r.id)).collect(Collectors.toSet());
        backends.templates(record.backend).ifPresent(templates -> templates.keep(kept));
        teller.tell(action, record.id, reason.isEmpty() ? Map.of("backend", record.backend) : Map.of("backend", record.backend, "reason", reason));
    }

    /** Makes nothing any more; what is being made is given up. */
    @Override
    public void close() {
        background.close(Duration.ofSeconds(5));
    }
}
