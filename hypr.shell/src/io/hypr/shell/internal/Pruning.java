package io.hypr.shell.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;
import io.hypr.engine.Insides;
import io.hypr.engine.Networks;
import io.hypr.engine.Volumes;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** Removes what nobody uses, kind by kind, and says it as Docker does. */
public final class Pruning {

    /** Which of them are removed: all that are asked for by name must fit. */
    private final List<String> labels = new ArrayList<>();
    private final List<String> noLabels = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();
    private final List<String> gone = new ArrayList<>();
    private Instant until;
    private long octets;

    /**
     * @param words with the option filter
     * @param times whether {@code until} is one of them
     */
    public Pruning(Words words, boolean times) {
        for (String f : words.all("filter")) {
            String[] parts = f.split("=", 2);
            switch (parts[0]) {
                case "label" -> labels.add(parts[1]);
                case "label!" -> noLabels.add(parts[1]);
                case "until" -> {
                    if (!times) {
                        throw unknown(parts[0]);
                    }
                    until = moment(parts[1]);
                }
                default -> throw unknown(parts[0]);
            }
        }
    }

    private static HyprException unknown(String name) {
        return new HyprException(ErrorCode.INVALID, "Invalid filter '" + name + "'");
    }

    private static Instant moment(String text) {
        try {
            return Moments.parse(text);
        } catch (InputException e) {
            throw new HyprException(ErrorCode.INVALID, "failed to parse value as time or duration: \"" + text + "\"", e);
        }
    }

    /**
     * @param its labels
     * @param created when it was made
     * @return whether it fits
     */
    boolean fits(Map<String, String> its, Instant created) {
        return labels.stream().allMatch(l -> ContainerFilters.label(its, l)) && noLabels.stream().noneMatch(l -> ContainerFilters.label(its, l))
            && (until == null || created.isBefore(until));
    }

    /**
     * Removes containers that do not run.
     *
     * @param containers the engine
     * @param insides the engine
     * @return this
     */
    public Pruning containers(Containers containers, Insides insides) {
        List<String> removed = new ArrayList<>();
        for (ContainerInfo c : containers.list()) {
            boolean ended = c.state == ContainerState.CREATED || c.state == ContainerState.EXITED || c.state == ContainerState.DEAD;
            if (ended && fits(c.spec.labels, c.created)) {
                long[] size = new long[1];
                if (done(() -> {
                    size[0] = insides.disk(c.id);
                    containers.remove(c.id, false);
                })) {
                    octets += size[0];
                    removed.add(c.id);
                }
            }
        }
        return note("Deleted Containers:", removed);
    }

    /**
     * Removes networks that users made and no container has.
     *
     * @param networks the engine
     * @param containers who may use them
     * @return this
     */
    public Pruning networks(Networks networks, Containers containers) {
        List<String> removed = new ArrayList<>();
        List<String> used = containers.list().stream().map(c -> c.spec.network).toList();
        for (Networks.Network n : networks.list()) {
            boolean fixed = n.name.equals("bridge") || n.name.equals("none");
            boolean free = n.containers.isEmpty() && !used.contains(n.name) && !used.contains(n.id);
            if (!fixed && free && fits(n.labels, n.created) && done(() -> networks.remove(n.id))) {
                removed.add(n.name);
            }
        }
        return note("Deleted Networks:", removed);
    }

    /**
     * Removes volumes that no container has; as under Docker, none with options, whose content is elsewhere.
     *
     * @param volumes the engine
     * @param named also those that somebody named
     * @return this
     */
    public Pruning volumes(Volumes volumes, boolean named) {
        List<String> removed = new ArrayList<>();
        for (Volumes.Volume v : volumes.list()) {
            long[] size = new long[1];
            if (v.containers.isEmpty() && v.options.isEmpty() && (named || v.anonymous) && fits(v.labels, v.created) && done(() -> {
                size[0] = volumes.size(v.name);
                volumes.remove(v.name);
            })) {
                octets += size[0];
                removed.add(v.name);
            }
        }
        return note("Deleted Volumes:", removed);
    }

    /**
     * Removes images that no container has: those without a name, and on demand all but those that come with HYPR.
     *
     * @param images the images
     * @param containers who may use them
     * @param events hears of it
     * @param unused also those with a name
     * @return this
     */
    public Pruning images(Images images, Containers containers, Events events, boolean unused) {
        List<String> removed = new ArrayList<>();
        List<String> used = containers.list().stream().map(c -> c.imageId).toList();
        for (Image i : images.list()) {
            boolean shipped = i.tags().stream().anyMatch(t -> t.startsWith("hypr/"));
            if ((i.tags().isEmpty() || unused && !shipped) && !used.contains(i.id()) && fits(i.config().labels(), i.created())) {
                List<Images.Removal> steps = new ArrayList<>();
                if (done(() -> steps.addAll(images.remove(i.id(), true)))) {
                    octets += i.size();
                    steps.forEach(s -> tell(s, i, removed::add, events));
                }
            }
        }
        return note("Deleted Images:", removed);
    }

    private static void tell(Images.Removal step, Image image, Consumer<String> line, Events events) {
        if (step.untagged() != null) {
            line.accept("untagged: " + step.untagged());
            events.publish(new EngineEvent(Instant.now(), "image", "untag", image.id(), Map.of("name", image.id())));
        }
        if (step.deleted() != null) {
            line.accept("deleted: " + step.deleted());
            events.publish(new EngineEvent(Instant.now(), "image", "delete", step.deleted(), Map.of("name", step.deleted())));
        }
    }

    private Pruning note(String title, List<String> removed) {
        if (!removed.isEmpty()) {
            said.append(title).append('\n');
            removed.forEach(r -> said.append(r).append('\n'));
            said.append('\n');
            gone.addAll(removed);
        }
        return this;
    }

    /** @return false if somebody has taken it meanwhile, or another call removed it */
    private static boolean done(Runnable removal) {
        try {
            removal.run();
            return true;
        } catch (HyprException e) {
            if (e.code() == ErrorCode.CONFLICT || e.code() == ErrorCode.NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    /** @return what was removed, and the room that it had */
    public Listing<String> total() {
        return new Listing<>(gone, said + "Total reclaimed space: " + Human.size(octets) + "\n");
    }

    /** @return what was removed, of things that take no room */
    public Listing<String> names() {
        return new Listing<>(gone, said.toString());
    }
}
