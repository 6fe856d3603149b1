package io.hypr.core.internal.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import io.hypr.core.internal.engine.Spare.State;

/** All spares that there are, and who may do what with each. Safe for use by any thread; it calls nobody. */
final class Spares {

    private final Map<String, Spare> spares = new LinkedHashMap<>();

    synchronized void add(Spare spare) {
        spares.put(spare.record.id, spare);
    }

    /**
     * @param id of a container
     * @return the one that waits for it; null = none
     */
    synchronized Spare find(String id) {
        return spares.get(id);
    }

    /** @return those that are so, the one that was made or claimed last at the end */
    synchronized List<Spare> having(Predicate<Spare> what) {
        return spares.values().stream().filter(what).toList();
    }

    /** One waits from now on, until its watch is interrupted. */
    synchronized void ready(Spare spare, Thread watch) {
        spare.state = State.READY;
        spare.watch = watch;
        watch.start();
    }

    /** One is to be cleared away, however often that takes. */
    synchronized void leave(Spare spare) {
        spare.state = State.LEFT;
    }

    /** @return whether it was ready, and is from now on the last one that is claimed */
    synchronized boolean claim(Spare spare) {
        if (spares.get(spare.record.id) != spare || !becomes(spare, State.READY, State.CLAIMED)) {
            return false;
        }
        spares.remove(spare.record.id);
        spares.put(spare.record.id, spare);
        return true;
    }

    /** @return whether it was in the one state, and is in the other from now on */
    synchronized boolean becomes(Spare spare, State from, State to) {
        if (spare.state != from) {
            return false;
        }
        spare.state = to;
        return true;
    }

    /** One is no more, or is its container's. The caller holds its lock. */
    synchronized void forget(Spare spare) {
        spare.gone = true;
        spares.remove(spare.record.id);
        if (spare.watch != null) {
            spare.watch.interrupt();
        }
    }

    /** @return the user that the one has which waits for this container */
    synchronized Optional<Integer> user(String id) {
        return Optional.ofNullable(spares.get(id)).map(s -> s.record.uid);
    }

    /** Adds the users that VMMs of spares have. */
    synchronized void addUsers(Set<Integer> users) {
        spares.values().forEach(s -> users.add(s.record.uid));
    }

    /** Sets the endpoint to come that the tap of one is made for; null = none. */
    synchronized void endpoint(Spare spare, String driver, String endpoint) {
        spare.record.driver = driver;
        spare.record.endpoint = endpoint;
    }

    /** @return id of the endpoint that the tap was made for of the one that waits for this container; null = none */
    synchronized String endpoint(String id) {
        Spare spare = spares.get(id);
        return spare == null ? null : spare.record.endpoint;
    }

    /** The tap of the one that waits for this container is not the spare's any more. */
    synchronized void giveTap(String id) {
        Spare spare = spares.get(id);
        if (spare != null) {
            spare.record.endpoint = null;
        }
    }

    /** Adds the ids of the endpoints to come. */
    synchronized void addEndpoints(Set<String> endpoints) {
        spares.values().stream().filter(s -> s.record.endpoint != null).forEach(s -> endpoints.add(s.record.endpoint));
    }
}
