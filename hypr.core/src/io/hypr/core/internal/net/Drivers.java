package io.hypr.core.internal.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.hypr.core.internal.backend.Backends;
import io.hypr.engine.SystemInfo.Part;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Drivers of one kind by name, as they come and go. Safe for use by any thread.
 *
 * @param <D> their service interface
 */
public final class Drivers<D> {

    /** Asks a driver whether it can be used. */
    @FunctionalInterface
    public interface Probe<D> {
        /**
         * @param driver who is asked
         * @return what it says
         */
        Availability probe(D driver);
    }

    private record Entry<D>(D driver, String name, Map<String, Object> properties) {
    }

    private final String kind;
    private final Probe<D> probe;
    private final List<Entry<D>> entries = new ArrayList<>();

    /**
     * @param kind such as {@code network}
     * @param probe asks a driver
     */
    public Drivers(String kind, Probe<D> probe) {
        this.kind = kind;
        this.probe = probe;
    }

    /**
     * @param driver has come
     * @param properties of the service
     */
    public synchronized void add(D driver, Map<String, Object> properties) {
        notifyAll();
        entries.add(new Entry<>(driver, String.valueOf(properties.get("hypr.name")), Map.copyOf(properties)));
    }

    /** @param driver goes */
    public synchronized void remove(D driver) {
        entries.removeIf(e -> e.driver == driver);
    }

    /**
     * @param name of the driver
     * @param limit how long it may take to come
     * @return the one that came last
     */
    public synchronized D get(String name, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (long left = limit.toMillis(); left > 0 && entries.stream().noneMatch(e -> e.name.equals(name));
                    left = (deadline - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return entries.reversed().stream().filter(e -> e.name.equals(name)).findFirst().map(Entry::driver)
            .orElseThrow(() -> new HyprException(ErrorCode.UNAVAILABLE, "The " + kind + " driver " + name + " is not there.")
                .remedy("Start the bundle that has it; 'hypr info' shows the drivers that are there."));
    }

    /** @return all of them */
    public synchronized List<D> all() {
        return entries.stream().map(Entry::driver).toList();
    }

    /**
     * @param driver one of them
     * @return its name
     */
    public synchronized String name(D driver) {
        return entries.stream().filter(e -> e.driver == driver).findFirst().map(Entry::name).orElse("");
    }

    /**
     * @param property of the services
     * @param value that it has
     * @return name of the one that came last
     */
    public synchronized Optional<String> having(String property, String value) {
        return entries.reversed().stream().filter(e -> value.equals(e.properties.get(property))).findFirst().map(Entry::name);
    }

    /**
     * @param name of a driver
     * @param property of its service
     * @return the value as text; empty if there is none
     */
    public synchronized String property(String name, String property) {
        return entries.reversed().stream().filter(e -> e.name.equals(name)).findFirst().map(e -> e.properties.get(property)).map(String::valueOf).orElse("");
    }

    /** @return what they say of themselves now */
    public List<Part> parts() {
        List<Entry<D>> now;
        synchronized (this) {
            now = List.copyOf(entries);
        }
        return now.stream().map(e -> Backends.part(e.name, probe.probe(e.driver), e.properties)).toList();
    }
}
