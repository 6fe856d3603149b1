package io.hypr.core.internal.backend;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.hypr.engine.SystemInfo.Part;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Templates;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;

/** All backends that are there, and the choice between them. Safe for use by any thread; no lock is held while a backend is called. */
public final class Backends {

    /** How long a backend may take to come back. */
    private static final Duration SOON = Duration.ofSeconds(30);

    /** A backend that is there. */
    private static final class Entry {
        final VmmBackend backend;
        final String name;
        final Map<String, Object> properties;
        volatile boolean available;

        Entry(VmmBackend backend, Map<String, Object> properties) {
            this.backend = backend;
            this.properties = Map.copyOf(properties);
            this.name = String.valueOf(properties.get(VmmBackend.NAME));
        }

        /** Probing may take long, and what can be used once can mostly be used again: only a bad answer is asked for anew. */
        Availability probe(boolean anew) {
            if (available && !anew) {
                return Availability.available();
            }
            Availability now;
            try {
                now = backend.probe();
            } catch (RuntimeException e) {
                now = Availability.unknown("Its probe failed: " + e.getMessage());
            }
            available = now.isAvailable();
            return now;
        }
    }

    /**
     * The backend for a container.
     *
     * @param name of the backend
     * @param reasons why it was chosen and others were passed over, one sentence each
     */
    public record Choice(String name, List<String> reasons) {
        /** Copies the list. */
        public Choice {
            reasons = List.copyOf(reasons);
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Set<Hold> holds = new HashSet<>();
    private boolean closed;

    /**
     * A backend has come. Microvms of its predecessor are attached to it.
     *
     * @param backend the service
     * @param properties of the service
     */
    public void add(VmmBackend backend, Map<String, Object> properties) {
        Entry entry = new Entry(backend, properties);
        List<Hold> waiting;
        synchronized (this) {
            entries.add(entry);
            waiting = holds.stream().filter(h -> h.record().owner().equals(entry.name)).toList();
            notifyAll();
        }
        for (Hold hold : waiting) {
            Thread.ofVirtual().name("attach to " + entry.name).start(() -> hold.succeed(backend));
        }
    }

    /**
     * A backend goes. Returns when no call to it is under way, or after some seconds.
     *
     * @param backend the service
     */
    public void remove(VmmBackend backend) {
        List<Hold> held;
        VmmBackend successor;
        synchronized (this) {
            entries.removeIf(e -> e.backend == backend);
            held = List.copyOf(holds);
        }
        for (Hold hold : held) {
            hold.leave(backend);
            successor = find(hold.record().owner());
            if (successor != null) {
                hold.succeed(successor);
            }
        }
    }

    /** The engine ends: nobody waits any more for a backend to come. Those that are there do what they are asked. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    private synchronized VmmBackend find(String name) {
        return entries.stream().filter(e -> e.name.equals(name)).map(e -> e.backend).findFirst().orElse(null);
    }

    private VmmBackend get(String name, Duration limit) {
        VmmBackend backend = await(name, limit);
        if (backend == null) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The backend " + name + " is not there.")
                .remedy("Start the bundle hypr.vmm." + name + ".");
        }
        return backend;
    }

    /** Waits for a backend: after a start of the framework, or while its bundle is updated, it comes soon. */
    private synchronized VmmBackend await(String name, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (find(name) == null && !closed) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return null;
                }
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return find(name);
    }

    private synchronized List<Entry> ordered(List<String> order) {
        return entries.stream().sorted(Comparator.comparingInt((Entry e) -> order.contains(e.name) ? order.indexOf(e.name) : order.size())
            .thenComparing(e -> e.name)).toList();
    }

    /**
     * Chooses.
     *
     * @param wanted name of a backend, an LDAP filter over the properties of backends, or null
     * @param facets that its sessions must be able to have
     * @param shares that a session must be able to have
     * @param order names, the first choice first
     * @return the choice
     */
    public Choice choose(String wanted, Set<String> facets, int shares, List<String> order) {
        Wish wish = Wish.of(wanted);
        List<String> reasons = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        List<String> remedies = new ArrayList<>();
        List<Entry> all = ordered(order);
        for (Entry entry : all) {
            if (!wish.fits(entry.name, entry.properties)) {
                reasons.add(entry.name + " was passed over: " + wish.text() + " was asked for.");
                continue;
            }
            String against = against(entry, facets, shares, remedies);
            if (against == null) {
                reasons.add(entry.name + " was chosen: " + (wanted != null ? "it is what was asked for." : "it is the first that can be used."));
                return new Choice(entry.name, reasons);
            }
            failures.add(entry.name + " was passed over: " + against);
            reasons.add(failures.getLast());
        }
        throw none(wish, all, failures, remedies);
    }

    private static HyprException none(Wish wish, List<Entry> all, List<String> failures, List<String> remedies) {
        if (all.isEmpty()) {
            return new HyprException(ErrorCode.UNSUPPORTED, "There is no backend at all.").remedy("Start a bundle that has one, such as hypr.vmm.qemu.");
        }
        String names = String.join(", ", all.stream().map(e -> e.name).toList());
        if (failures.isEmpty()) {
            return new HyprException(ErrorCode.UNSUPPORTED, "No backend fits " + wish.text() + "; there are: " + names + ".")
                .remedy("'hypr info' shows each with its facets, and 'hypr doctor' why one is missing.");
        }
        String what = wish.isAny() ? "No backend can start microVMs here." : "No backend that fits " + wish.text() + " can start this microVM here.";
        HyprException e = new HyprException(ErrorCode.UNSUPPORTED, what + " " + String.join(" ", failures));
        return remedies.isEmpty() ? e : e.remedy(String.join(" ", remedies));
    }

    private static String against(Entry entry, Set<String> facets, int shares, List<String> remedies) {
        Set<String> missing = new HashSet<>(facets);
        missing.removeAll(strings(entry.properties.get(VmmBackend.FACETS)));
        if (!missing.isEmpty()) {
            return "it cannot do " + String.join(", ", new TreeSet<>(missing)) + ".";
        }
        if (entry.properties.get(VmmBackend.SHARES) instanceof Integer most && shares > most) {
            return "a microVM of it can have " + most + " volumes at most, and this one needs " + shares + ".";
        }
        return switch (entry.probe(false)) {
            case Availability.Available() -> null;
            case Availability.Unsupported(String reason, String remedy) -> {
                if (!remedy.isEmpty()) {
                    remedies.add(remedy);
                }
                yield reason;
            }
            case Availability.Unknown(String reason) -> reason;
        };
    }

    private static List<String> strings(Object property) {
        return switch (property) {
            case null -> List.of();
            case String[] many -> List.of(many);
            case Iterable<?> many -> {
                List<String> all = new ArrayList<>();
                many.forEach(o -> all.add(String.valueOf(o)));
                yield all;
            }
            default -> List.of(String.valueOf(property));
        };
    }

    /**
     * Starts a microVM.
     *
     * @param name of the backend
     * @param plan what to start
     * @param intent takes the record before anything exists
     * @return a hold on it
     */
    public Hold launch(String name, VmPlan plan, Consumer<? super DriverRecord> intent) {
        VmmBackend backend = get(name, Duration.ZERO);
        return launched(backend, name, backend.launch(plan, intent));
    }

    /**
     * @param name of a backend
     * @return its facet for templates; empty if it has it not, or is not there
     */
    public Optional<Templates> templates(String name) {
        return find(name) instanceof Templates templates ? Optional.of(templates) : Optional.empty();
    }

    /**
     * Starts a microVM from a template.
     *
     * @param name of the backend
     * @param template what the backend saved
     * @param plan what to start
     * @param intent takes the record before anything exists
     * @return a hold on it
     */
    public Hold launch(String name, Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        VmmBackend backend = get(name, Duration.ZERO);
        return launched(backend, name, templates(backend, name).launch(template, plan, intent));
    }

    /**
     * Starts a microVM from a template that stands still until it is resumed.
     *
     * @param name of the backend
     * @param template what the backend saved
     * @param plan what to start
     * @param intent takes the record before anything exists
     * @return a hold on it
     */
    public Hold restore(String name, Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        VmmBackend backend = get(name, Duration.ZERO);
        return launched(backend, name, templates(backend, name).restore(template, plan, intent));
    }

    private static Templates templates(VmmBackend backend, String name) {
        if (backend instanceof Templates templates) {
            return templates;
        }
        throw new HyprException(ErrorCode.UNSUPPORTED, "The backend " + name + " has no templates.");
    }

    /** A backend that went meanwhile was not seen to have this one. */
    private Hold launched(VmmBackend backend, String name, VmSession session) {
        Hold hold = held(new Hold(this, backend, session));
        VmmBackend now = find(name);
        if (now != backend) {
            hold.leave(backend);
            if (now != null) {
                hold.succeed(now);
            }
        }
        return hold;
    }

    /**
     * Takes a microVM over. Its backend need not be there yet.
     *
     * @param record what the launch said
     * @return a hold on it
     */
    public Hold attach(DriverRecord record) {
        Hold hold = held(new Hold(this, record));
        VmmBackend backend = find(record.owner());
        if (backend != null) {
            Thread.ofVirtual().name("attach to " + record.owner()).start(() -> hold.succeed(backend));
        }
        return hold;
    }

    /**
     * Waits until the instance of a backend that is there now has taken over, or refused, each of its microVMs.
     *
     * @param name of the backend
     * @param limit how long
     * @return why some are not in its hands, a sentence each
     * @throws InterruptedException if the thread was interrupted
     */
    public List<String> awaitHandover(String name, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        if (await(name, limit) == null) {
            return List.of("No backend " + name + " came in " + limit.toSeconds() + " s.");
        }
        List<Hold> all;
        synchronized (this) {
            all = holds.stream().filter(h -> h.record().owner().equals(name)).toList();
        }
        List<String> refused = new ArrayList<>();
        for (Hold hold : all) {
            hold.awaitSession(deadline).ifPresent(refused::add);
        }
        return refused;
    }

    private synchronized Hold held(Hold hold) {
        holds.add(hold);
        return hold;
    }

    synchronized void forget(Hold hold) {
        holds.remove(hold);
    }

    /**
     * Ends a microVM and removes what its launch made.
     *
     * @param record what the launch said or intended
     */
    public void discard(DriverRecord record) {
        get(record.owner(), SOON).discard(record);
    }

    /**
     * @param name of a backend
     * @return whether it is there
     */
    public boolean isThere(String name) {
        return find(name) != null;
    }

    /**
     * @param order names, the first choice first
     * @return all backends with what they say of themselves now
     */
    public List<Part> parts(List<String> order) {
        return ordered(order).stream().map(e -> part(e.name, e.probe(true), e.properties)).toList();
    }

    /**
     * @param name of a backend or driver
     * @param availability now
     * @param properties of its service
     * @return both in one
     */
    public static Part part(String name, Availability availability, Map<String, Object> properties) {
        Part part = new Part();
        part.name = name;
        part.availability = availability;
        Map<String, String> sorted = new java.util.TreeMap<>();
        properties.forEach((key, value) -> {
            // The rest is of the framework.
            if (!key.startsWith("service.") && !key.startsWith("component.") && !key.startsWith("osgi.ds.") && !key.startsWith("felix.")
                    && !key.endsWith(".target")
                    && !key.equals("objectClass") && !key.equals(VmmBackend.NAME)) {
                sorted.put(key, String.join(", ", strings(value)));
            }
        });
        new LinkedHashMap<>(sorted).forEach((key, value) -> part.details.add(key + ": " + value));
        return part;
    }
}
