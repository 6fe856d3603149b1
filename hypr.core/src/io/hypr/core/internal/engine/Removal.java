package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Removes one container that does not run; with its volumes that nobody named, if that was wanted before or it removes itself. */
final class Removal {

    private final Engine engine;
    private final Container container;

    Removal(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
    }

    /** Removes it. Idempotent. */
    void remove() {
        container.operation().lock();
        try {
            if (container.isRemoved()) {
                return;
            }
            if (container.run() != null) {
                throw new HyprException(ErrorCode.CONFLICT, "You cannot remove a running container " + container.id()
                    + ". Stop the container before attempting removal or force remove");
            }
            boolean cleared = container.ask(r -> r.phase == Phase.IDLE); // Since its end, or it has never been started.
            container.change(r -> {
                r.phase = Phase.REMOVING;
                r.removeVolumes |= r.info.spec.autoRemove;
                r.info.state = ContainerState.REMOVING;
                r.restartAt = null;
            });
            engine.settings().points().accept("remove.intent.done");
            removeFiles(cleared);
            engine.containers().remove(container);
        } finally {
            container.operation().unlock();
        }
        container.event("destroy", Map.of());
    }

    private void removeFiles(boolean cleared) {
        try {
            engine.handover().drop(container.id());
            if (!cleared && !new Clearing(engine, container).rest()) {
                throw Clearing.left(container);
            }
            container.log().close();
            if (container.ask(r -> r.removeVolumes)) {
                new Mounts(engine).removeAnonymous(container);
            }
            Clearing.delete(container.directory());
            engine.settings().points().accept("remove.files.done");
        } catch (IOException | UncheckedIOException e) {
            container.change(r -> r.info.state = ContainerState.DEAD);
            throw new HyprException(ErrorCode.INTERNAL, "The files of container " + container.name() + " could not be removed.", e);
        } catch (HyprException e) {
            container.change(r -> r.info.state = ContainerState.DEAD);
            throw e;
        }
    }

    /** Removes one that was to go with its end, once all that read its output have it. */
    void afterEnd() {
        try {
            container.log().awaitRead(null);
            if (!engine.isClosed()) {
                remove();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // The next engine removes it.
        } catch (HyprException e) {
            engine.log().error("Container {} could not be removed after its end: {} It is tried again.", container.id(), e.getMessage(), e);
            engine.restarts().later("removal of " + container.id(), this::afterEnd);
        }
    }
}
