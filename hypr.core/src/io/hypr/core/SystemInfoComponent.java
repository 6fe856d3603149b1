package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.SystemService;
import io.hypr.engine.SystemInfo;

/** The service {@link SystemInfo} of the engine. */
@Component(service = SystemInfo.class)
public final class SystemInfoComponent extends SystemService {

    /** @param engine that is asked */
    @Activate
    public SystemInfoComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
