package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.VolumeService;
import io.hypr.engine.Volumes;

/** The service {@link Volumes} of the engine. */
@Component(service = Volumes.class)
public final class VolumesComponent extends VolumeService {

    /** @param engine that is asked */
    @Activate
    public VolumesComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
