package io.hypr.core.internal.engine;

import java.util.List;
import java.util.function.Supplier;

import io.hypr.engine.Devices;

/** What front ends ask of devices. */
public class DeviceService implements Devices {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public DeviceService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public List<HostDevice> list() {
        return engine.get().devices().list();
    }
}
