package io.hypr.core;

import java.time.Duration;
import java.util.List;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Handovers;

/** The service {@link Handovers} of the engine. */
@Component(service = Handovers.class)
public final class HandoversComponent implements Handovers {

    private final EngineComponent engine;

    /** @param engine that is asked */
    @Activate
    public HandoversComponent(@Reference EngineComponent engine) {
        this.engine = engine;
    }

    @Override
    public List<String> await(String backend, Duration limit) throws InterruptedException {
        return engine.get().services().backends.awaitHandover(backend, limit);
    }
}
