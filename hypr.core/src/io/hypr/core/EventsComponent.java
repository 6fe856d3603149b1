package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.EventService;
import io.hypr.engine.Events;

/** The service {@link Events} of the engine. */
@Component(service = Events.class)
public final class EventsComponent extends EventService {

    /** @param engine that is asked */
    @Activate
    public EventsComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
