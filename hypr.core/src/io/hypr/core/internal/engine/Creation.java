package io.hypr.core.internal.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.ContainerRecord.Phase;
import io.hypr.core.internal.records.Json;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Volumes.Volume;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Creates one container, with the volumes that are to be made for it. */
final class Creation {

    private final Engine engine;
    /** Volumes that are to be made. */
    private final List<Volume> fresh = new ArrayList<>();

    Creation(Engine engine) {
        this.engine = engine;
    }

    /** @throws HyprException if it cannot be created; nothing of it is left then */
    Container create(ContainerSpec wanted) {
        ContainerSpec spec = Json.copy(wanted, ContainerSpec.class);
        if (spec.image == null || spec.image.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "A container needs an image.");
        }
        Image image = engine.services().images().find(spec.image).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: "
            + (spec.image.contains(":") || spec.image.contains("@") ? spec.image : spec.image + ":latest")).remedy("Pull it: hypr pull " + spec.image));
        if (spec.name != null) {
            spec.name = NewContainer.checked(spec.name.startsWith("/") ? spec.name.substring(1) : spec.name);
        }
        NewContainer wished = new NewContainer(spec, image, engine.settings());
        String id = engine.handover().claim(wished.machine(), image);
        Container container;
        try {
            container = keep(spec, wished.record(id), image);
        } catch (RuntimeException e) {
            engine.handover().giveBack(id);
            throw e;
        }
        try {
            makeVolumes(container);
        } finally {
            container.operation().unlock();
        }
        container.event("create", Map.of());
        return container;
    }

    /** @return the container, with its operation lock held */
    private Container keep(ContainerSpec spec, ContainerRecord record, Image image) {
        if (!spec.network.equals(NetworkBook.NONE)) {
            engine.networks().find(spec.network);
        }
        fresh.addAll(new Mounts(engine).claim(record.info, image.config().volumes()));
        fresh.forEach(v -> record.freshVolumes.add(v.name));
        record.phase = fresh.isEmpty() ? Phase.IDLE : Phase.CREATING;
        return engine.containers().add(spec, record);
    }

    /** The container is recorded first: an engine that ends meanwhile leaves no volume of which nobody knows why it is there. */
    private void makeVolumes(Container container) {
        if (fresh.isEmpty()) {
            return;
        }
        try {
            new Mounts(engine).make(fresh);
            container.change(r -> {
                r.phase = Phase.IDLE;
                r.freshVolumes.clear();
            });
        } catch (HyprException e) {
            try {
                undo(container);
            } catch (HyprException left) {
                e.addSuppressed(left);
                engine.restarts().clearLater(container);
            }
            throw e;
        }
    }

    /** Undoes the creation of a container. The caller holds its operation lock. */
    void undo(Container container) {
        new Mounts(engine).forget(container);
        engine.containers().remove(container);
    }
}
