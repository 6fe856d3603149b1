package io.hypr.core.internal.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.engine.Spare.State;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.SpareRecord;
import io.hypr.core.internal.template.TemplateRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Keeps as many microVMs of each template of an image waiting as are wanted: spares. One is made for the id of a container to come, with its user, disk, run
 * directory and tap, so that a start renames and moves nothing; the {@link Handover} gives it away. None outlives the engine. Safe for use by any thread.
 */
final class Pool {

    /** Of one template. */
    static final int MOST = 64;

    private final Engine engine;
    private final PoolStore store;
    private final Spares spares = new Spares();
    private final SpareMaker maker;
    private final Handover handover;
    private final Map<String, String> failures = new HashMap<>();
    private volatile boolean closed;

    Pool(Engine engine) {
        this.engine = engine;
        this.store = new PoolStore(engine.settings().home().resolve("pool"), engine.log());
        this.maker = new SpareMaker(engine, store, spares, this::replace);
        this.handover = new Handover(engine, this, store, spares, maker);
    }

    /** @return who gives away what waits */
    Handover handover() {
        return handover;
    }

    /** Reads what an earlier engine left. */
    void open() throws IOException {
        store.open().forEach(this::left);
    }

    private void left(SpareRecord record) {
        ContainerRecord container = engine.all().stream().filter(c -> c.id().equals(record.id)).findFirst().map(Container::record).orElse(null);
        boolean has = container != null && container.run > (container.phase == Phase.STARTING ? 1 : 0);
        if (has && container.phase != Phase.IDLE) {
            store.unlist(record); // The container has gone on from it, and a disk that lost its last changes has this file still.
            return;
        }
        Spare spare = new Spare(record, State.LEFT);
        spare.keepsDisk = has;
        spares.add(spare);
    }

    /** Adds the users that VMMs of the pool have. */
    void addUsers(Set<Integer> users) {
        spares.addUsers(users);
    }

    /** Adds the ids of the endpoints to come. */
    void addEndpoints(Set<String> endpoints) {
        spares.addEndpoints(endpoints);
    }

    // --- how many ---

    /** @return how many are to wait of each template of an image for which nothing else was said */
    int size() {
        return store.size();
    }

    /**
     * @param template of it
     * @return how many are to wait
     */
    int size(TemplateRecord template) {
        return template.root == null ? 0 : template.pool == null ? size() : template.pool;
    }

    /**
     * @param template an id
     * @return how many of it wait for a container to come
     */
    int ready(String template) {
        return (int) spares.having(s -> s.isOf(template) && s.state == State.READY).stream().filter(Spare::waits).count();
    }

    /**
     * @param template an id
     * @return why the last one could not be made; empty if it could
     */
    String failure(String template) {
        synchronized (failures) {
            return failures.getOrDefault(template, "");
        }
    }

    private void noteFailure(String template, String failure) {
        synchronized (failures) {
            if (failure == null) {
                failures.remove(template);
            } else {
                failures.put(template, failure);
            }
        }
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
            store.size(wanted);
            engine.templates().all().stream().filter(t -> t.pool != null).forEach(t -> engine.templates().pool(t, null));
        } else {
            templates.forEach(t -> engine.templates().pool(t, wanted));
        }
        (templates.isEmpty() ? engine.templates().all() : templates).forEach(t -> adjust(t.id));
        store.tidy();
    }

    /** Clears away what of a template is too many, and has what is missing made. */
    void adjust(String template) {
        TemplateRecord record = engine.templates().get(template);
        if (record != null) {
            shrink(record);
            fill(template);
        }
    }

    /** Clears away what is too many: of those that wait for anybody, and of those that containers have claimed, which were the first to do so. */
    private void shrink(TemplateRecord template) {
        int most = size(template);
        List<Spare> surplus = new ArrayList<>();
        for (State state : List.of(State.READY, State.CLAIMED)) {
            List<Spare> all = spares.having(s -> s.isOf(template.id) && s.state == state);
            surplus.addAll(all.subList(0, Math.max(0, all.size() - most)));
        }
        maker.end(surplus);
    }

    /** Has those that are missing made, one after another, when the host has time. */
    private void fill(String template) {
        TemplateRecord record = engine.templates().get(template);
        if (record != null && isMissing(record)) {
            engine.templates().later("pool of " + template, () -> make(template));
        }
    }

    private boolean isMissing(TemplateRecord template) {
        return !closed && spares.having(s -> s.isOf(template.id) && (s.state == State.READY || s.state == State.MAKING)).size() < size(template);
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
        maker.end(spares.having(s -> s.isOf(id) && (s.state == State.READY || s.state == State.LEFT)).stream().filter(s -> !s.waits()).toList());
        TemplateRecord template = engine.templates().get(id);
        if (template == null || !isMissing(template)) {
            return;
        }
        Spare spare = engine.containers().withUser(uid -> begin(id, uid));
        HyprException failure = maker.make(spare, template);
        boolean there = engine.templates().get(id) != null;
        if (failure == null) {
            noteFailure(id, null);
            if (there) {
                adjust(id); // Fewer may be wanted by now.
            } else {
                maker.end(spare);
            }
        } else if (!there || engine.isClosed()) {
            engine.log().debug("No microVM waits any more: {}", failure.getMessage());
        } else if (failure.code() == ErrorCode.CORRUPT) {
            engine.templates().blame(id, failure.getMessage());
        } else { // Nobody tries again before a container starts from the template.
            noteFailure(id, failure.getMessage());
            engine.log().warn("No microVM waits for a container of {}: {}", template.image, failure.getMessage(), failure);
        }
    }

    private Spare begin(String template, int uid) {
        SpareRecord record = new SpareRecord();
        record.id = Ids.random();
        record.uid = uid;
        record.template = template;
        Spare spare = new Spare(record, State.MAKING);
        spares.add(spare);
        return spare;
    }

    // --- what happens around it ---

    /** One has ended by itself: another one takes its place. */
    void replace(Spare spare) {
        maker.end(spare);
        fill(spare.record.template);
    }

    /**
     * A template has come or gone.
     *
     * @param template its id
     */
    void follow(String template) {
        if (engine.templates().get(template) == null) {
            maker.end(spares.having(s -> s.isOf(template)));
            noteFailure(template, null);
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
        maker.end(spares.having(s -> s.state == State.LEFT && (s.record.vm == null || s.record.vm.owner().equals(backend))));
        engine.templates().all().stream().filter(t -> t.backend.equals(backend)).forEach(t -> fill(t.id));
    }

    /**
     * A backend goes: what waits in its hands goes before.
     *
     * @param backend its name
     */
    void leave(String backend) {
        maker.end(spares.having(s -> (s.state == State.READY || s.state == State.CLAIMED) && s.record.vm != null && s.record.vm.owner().equals(backend)));
    }

    /** Ends all that wait. */
    void close() {
        closed = true;
        maker.end(spares.having(s -> s.state != State.LEFT));
    }
}
