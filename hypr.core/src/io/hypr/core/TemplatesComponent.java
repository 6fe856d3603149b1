package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.TemplateService;
import io.hypr.engine.MemoryTemplates;

/** The service {@link MemoryTemplates} of the engine. */
@Component(service = MemoryTemplates.class)
public final class TemplatesComponent extends TemplateService {

    /** @param engine that is asked */
    @Activate
    public TemplatesComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
