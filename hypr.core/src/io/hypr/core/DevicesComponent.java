package io.hypr.core;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.core.internal.engine.DeviceService;
import io.hypr.engine.Devices;

/** The service {@link Devices} of the engine. */
@Component(service = Devices.class)
public final class DevicesComponent extends DeviceService {

    /** @param engine that is asked */
    @Activate
    public DevicesComponent(@Reference EngineComponent engine) {
        super(engine);
    }
}
