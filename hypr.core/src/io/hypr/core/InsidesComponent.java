package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.InsideService;
import io.hypr.engine.Insides;

/** The service {@link Insides} of the engine. */
@Component(service = Insides.class)
public final class InsidesComponent extends InsideService {

    /** @param engine that is asked */
    @Activate
    public InsidesComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
