package io.hypr.core.internal.engine;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** All containers: each has a name and a user of its own. Safe for use by any thread. */
final class ContainerBook {

    private final Engine engine;
    private final Map<String, Container> containers = new LinkedHashMap<>();

    ContainerBook(Engine engine) {
        this.engine = engine;
    }

    /** @param kept records that an earlier engine left */
    synchronized void open(List<ContainerRecord> kept) {
        kept.forEach(r -> containers.put(r.info.id, new Container(engine, r)));
    }

    synchronized List<Container> all() {
        return List.copyOf(containers.values());
    }

    /**
     * @param name of a container, its id, or the beginning of its id
     * @return the container
     * @throws HyprException {@code NOT_FOUND} if there is none, {@code CONFLICT} if there are several
     */
    synchronized Container find(String name) {
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

    /**
     * Adds a container and records it.
     *
     * @param spec with the name that is wanted; null = any
     * @param record of it, which gets its name and its user
     * @return the container, with its operation lock held
     * @throws HyprException {@code CONFLICT} if another one has the name
     */
    synchronized Container add(ContainerSpec spec, ContainerRecord record) {
        record.info.name = spec.name == null ? Ids.name(this::isTaken) : free(spec.name, null);
        record.info.spec.name = record.info.name;
        record.uid = engine.handover().user(record.info.id).orElseGet(this::uid);
        Container container = new Container(engine, record);
        engine.records().put(record);
        container.operation().lock();
        containers.put(container.id(), container);
        return container;
    }

    /** A container is no more. The caller holds its operation lock. */
    void remove(Container container) {
        container.remove();
        engine.records().removeContainer(container.id());
        synchronized (this) {
            containers.remove(container.id());
        }
        container.gone();
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

    void rename(Container container, String wanted) {
        String name = wanted.startsWith("/") ? wanted.substring(1) : wanted;
        String old;
        synchronized (this) {
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

    /** Every container's VMM has a user of its own, so that none can touch another's. */
    private int uid() {
        Set<Integer> taken = new HashSet<>();
        containers.values().forEach(c -> taken.add(c.ask(r -> r.uid)));
        engine.pool().addUsers(taken);
        int uid = engine.settings().firstUid();
        while (taken.contains(uid)) {
            uid++;
        }
        return uid;
    }

    /** Takes a user that no other VMM has. */
    synchronized <T> T withUser(IntFunction<T> take) {
        return take.apply(uid());
    }
}
