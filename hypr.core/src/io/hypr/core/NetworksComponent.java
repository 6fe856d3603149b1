package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.NetworkService;
import io.hypr.engine.Networks;

/** The service {@link Networks} of the engine. */
@Component(service = Networks.class)
public final class NetworksComponent extends NetworkService {

    /** @param engine that is asked */
    @Activate
    public NetworksComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
