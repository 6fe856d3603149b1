package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.ExecService;
import io.hypr.engine.Execs;

/** The service {@link Execs} of the engine. */
@Component(service = Execs.class)
public final class ExecsComponent extends ExecService {

    /** @param engine that is asked */
    @Activate
    public ExecsComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
