package io.hypr.net.bridge.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import org.osgi.service.log.Logger;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.ServiceBalancer.PublishedPort;

/** The table of published ports: first the ports are taken, then the rules change in one transaction, then what is no longer published is given back. */
final class Publications implements AutoCloseable {

    private final Ruleset rules;
    private final StaleFlows flows;
    private final Logger log;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Hold.Key, Hold> holds = new HashMap<>();
    private List<Publication> inForce = List.of();

    Publications(Ruleset rules, StaleFlows flows, Logger log) {
        this.rules = rules;
        this.flows = flows;
        this.log = log;
    }

    /** @return whether it was put in force, or an older generation and ignored */
    boolean publish(long generation, List<PublishedPort> table) {
        lock.lock();
        try {
            List<Publication> wanted = table.stream().map(Publication::of).toList();
            requireNoCollision(wanted);
            Ruleset.InForce last = rules.inForce();
            if (generation < last.generation().orElse(generation)) {
                log.warn("Published ports of generation {} are ignored: {} is in force", generation, last.generation().getAsLong());
                return false;
            }
            replace(generation, wanted, last.ports());
            flows.flush(inForce, wanted);
            inForce = wanted;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void replace(long generation, List<Publication> wanted, Set<String> known) {
        Map<Hold.Key, List<Publication>> plan = Hold.plan(wanted, HostSettings.hasIpv6());
        List<Hold> stale = new ArrayList<>(holds.values().stream().filter(h -> !plan.containsKey(h.key())).toList());
        List<Hold> inTheWay = stale.stream().filter(h -> plan.keySet().stream().anyMatch(h.key()::isSamePort)).toList();
        List<Hold> taken = new ArrayList<>();
        inTheWay.forEach(Hold::close);
        try {
            for (Hold.Key key : plan.keySet()) {
                if (!holds.containsKey(key)) {
                    take(key, known.contains(key.protocol() + " " + key.port()) && holds.keySet().stream().noneMatch(key::isSamePort), taken);
                }
            }
            rules.publish(generation, wanted);
        } catch (RuntimeException e) {
            taken.forEach(Hold::close);
            takeBack(inTheWay, e);
            throw e;
        }
        stale.forEach(Hold::close);
        stale.forEach(h -> holds.remove(h.key()));
        taken.forEach(h -> holds.put(h.key(), h));
        holds.forEach((key, hold) -> hold.lead(plan.get(key)));
    }

    /** @param served whether rules of an earlier hyprd lead the port already: then a program that took it since does not stop the others */
    private void take(Hold.Key key, boolean served, List<Hold> taken) {
        try {
            taken.add(Hold.open(key));
        } catch (HyprException e) {
            if (!served || e.code() != ErrorCode.IN_USE) {
                throw e;
            }
            log.warn("{} It stays published.", e.getMessage());
        }
    }

    private void takeBack(List<Hold> closed, RuntimeException cause) {
        for (Hold hold : closed) {
            try {
                Hold again = Hold.open(hold.key());
                again.lead(Hold.plan(inForce, HostSettings.hasIpv6()).getOrDefault(hold.key(), List.of()));
                holds.put(hold.key(), again);
            } catch (HyprException e) {
                cause.addSuppressed(e);
            }
        }
    }

    private static void requireNoCollision(List<Publication> table) {
        Map<String, List<Publication>> byPort = new HashMap<>();
        for (Publication p : table) {
            List<Publication> same = byPort.computeIfAbsent(p.protocol() + p.port(), k -> new ArrayList<>());
            for (Publication other : same) {
                if (other.collides(p)) {
                    throw new HyprException(ErrorCode.IN_USE, "Port " + p + " is published by container " + other.container() + " already.")
                            .remedy("Publish another port of the host.");
                }
            }
            same.add(p);
        }
    }

    /** Gives the ports back to whoever publishes next. The rules stay. */
    @Override
    public void close() {
        lock.lock();
        try {
            holds.values().forEach(Hold::close);
            holds.clear();
        } finally {
            lock.unlock();
        }
    }
}
