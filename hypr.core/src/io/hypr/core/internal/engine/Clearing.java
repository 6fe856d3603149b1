package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.hypr.core.internal.records.ContainerRecord.Plug;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Clears away what a run of a container has on the host. Every method is idempotent, and right after a crash anywhere. What is gone is made safe with what the
 * caller says next of the container: an engine that is killed before clears away once more.
 */
final class Clearing {

    private final Engine engine;
    private final Container container;

    Clearing(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
    }

    /** Frees its ports. */
    void ports() {
        engine.ports().withdraw(container.id());
        if (!container.ask(r -> r.info.published.isEmpty())) {
            container.note(r -> r.info.published.clear());
        }
    }

    /** Ends its VMM and removes what the launch made. */
    void vm() {
        engine.handover().drop(container.id());
        Run run = container.run();
        if (run != null) {
            run.leave();
        }
        DriverRecord vm = container.ask(r -> r.vm);
        if (vm != null) {
            engine.services().backends.discard(vm);
            container.note(r -> {
                r.vm = null;
                r.info.vmmPid = 0;
            });
        }
        delete(engine.runDirectory(container.id()));
    }

    /** Unplugs it from its networks and frees its addresses. */
    void network() {
        List<Plug> plugs = container.ask(r -> List.copyOf(r.plugs));
        for (Plug plug : plugs) {
            engine.networks().unplug(plug);
        }
        engine.networks().release(container.id());
        if (!plugs.isEmpty() || !container.ask(r -> r.info.networks.isEmpty())) {
            container.note(r -> {
                r.plugs.clear();
                r.info.networks.clear();
            });
        }
    }

    /** Gives back the devices that it has; the VMM must have ended. */
    void devices() {
        engine.devices().release(container);
    }

    /** Takes away what is mounted for its volumes; the VMM must have ended. */
    void volumes() {
        engine.volumes().release(container.ask(r -> List.copyOf(r.info.mounts)), container.id());
    }

    /** @return what to say to who wants a container of which something is left */
    static HyprException left(Container container) {
        return new HyprException(ErrorCode.CONFLICT, "What the last run of container " + container.name() + " had on this host could not be cleared away yet.")
            .remedy("That is tried again by itself; the log of hyprd says what is in the way.");
    }

    /** All of it, as far as it is possible; what is not is logged, and the caller has it tried again. */
    boolean rest() {
        CompletableFuture<Boolean> network = CompletableFuture.supplyAsync(() -> each(this::ports, this::network), Thread::startVirtualThread);
        boolean vm = each(this::vm, this::devices, this::volumes);
        return network.join() && vm;
    }

    private boolean each(Runnable... steps) {
        boolean all = true;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (HyprException | UncheckedIOException e) {
                all = false;
                if (engine.isClosed()) {
                    return false; // The next engine clears away.
                }
                engine.log().error("What container {} had on this host could not be cleared away: {}", container.id(), e.getMessage(), e);
            }
        }
        return all;
    }

    /** Removes a directory with everything in it. */
    static void delete(Path directory) {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            return; // It is gone already.
        } catch (IOException e) {
            throw new UncheckedIOException("The directory " + directory + " cannot be removed", e);
        }
    }
}
