package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.LogService;
import io.hypr.engine.Logs;

/** The service {@link Logs} of the engine. */
@Component(service = Logs.class)
public final class LogsComponent extends LogService {

    /** @param engine that is asked */
    @Activate
    public LogsComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
