package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.ContainerService;
import io.hypr.engine.Containers;

/** The service {@link Containers} of the engine. */
@Component(service = Containers.class)
public final class ContainersComponent extends ContainerService {

    /** @param engine that is asked */
    @Activate
    public ContainersComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
