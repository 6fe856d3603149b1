package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.hypr.engine.Volumes;

/** What front ends ask of volumes. */
public class VolumeService implements Volumes {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public VolumeService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public Volume create(Volume wanted) {
        Volume made = filled(engine.get().volumes().create(wanted));
        event("create", made.name);
        return made;
    }

    private void event(String action, String name) {
        engine.get().events().tell(Instant.now(), "volume", action, name, Map.of("driver", "local"));
    }

    private Volume filled(Volume volume) {
        volume.containers.addAll(engine.get().volumes().users(volume.name));
        return volume;
    }

    @Override
    public List<Volume> list() {
        return engine.get().volumes().list().stream().map(this::filled).toList();
    }

    @Override
    public Volume inspect(String name) {
        return filled(engine.get().volumes().find(name));
    }

    @Override
    public void remove(String name) {
        engine.get().volumes().remove(name);
        event("destroy", name);
    }

    @Override
    public long size(String name) {
        return engine.get().volumes().size(name);
    }
}
