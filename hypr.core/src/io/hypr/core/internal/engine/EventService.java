package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;

/** What has happened. */
public class EventService implements Events {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public EventService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public void read(Instant since, Instant until, Consumer<? super EngineEvent> sink) throws InterruptedException {
        engine.get().events().read(since, until, sink);
    }

    @Override
    public void publish(EngineEvent event) {
        engine.get().events().publish(event);
    }
}
