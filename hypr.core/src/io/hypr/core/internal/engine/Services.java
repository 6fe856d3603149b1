package io.hypr.core.internal.engine;

import java.util.function.Supplier;

import org.osgi.service.log.Logger;

import io.hypr.core.internal.backend.Backends;
import io.hypr.core.internal.net.Drivers;
import io.hypr.device.DeviceDriver;
import io.hypr.image.Images;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.NetworkDriver;
import io.hypr.net.ServiceBalancer;

/** The services of other bundles that are there now. Each is read anew whenever it is needed: it may be replaced at any time. */
public final class Services {

    /** Backends. */
    public final Backends backends = new Backends();
    /** Network drivers. */
    public final Drivers<NetworkDriver> networks = new Drivers<>("network", NetworkDriver::probe);
    /** Device drivers. */
    public final Drivers<DeviceDriver> devices = new Drivers<>("device", DeviceDriver::probe);
    private final Supplier<Images> images;
    private final Supplier<RootFileSystems> roots;
    private final Supplier<ServiceBalancer> balancer;
    private final Logger log;

    /**
     * @param images gives the service, or null
     * @param roots gives the service, or null
     * @param balancer gives the service, or null
     * @param log of the engine
     */
    public Services(Supplier<Images> images, Supplier<RootFileSystems> roots, Supplier<ServiceBalancer> balancer, Logger log) {
        this.images = images;
        this.roots = roots;
        this.balancer = balancer;
        this.log = log;
    }

    /** @return the images */
    public Images images() {
        return there(images.get());
    }

    /** @return the root file systems */
    public RootFileSystems roots() {
        return there(roots.get());
    }

    private static <T> T there(T service) {
        if (service == null) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "No bundle that serves images is there.").remedy("Start the bundle hypr.image.");
        }
        return service;
    }

    /** @return the balancer, or null */
    public ServiceBalancer balancer() {
        return balancer.get();
    }

    /** @return the log of the engine */
    public Logger log() {
        return log;
    }
}
