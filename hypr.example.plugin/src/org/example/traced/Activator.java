package org.example.traced;

import java.nio.file.Path;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

import io.hypr.vmm.VmmBackend;

/** Registers the backend as a service; the framework takes it back when the bundle stops. */
public final class Activator implements BundleActivator {

    @Override
    public void start(BundleContext context) {
        Path starter = Path.of(context.getProperty("hypr.dist"), "bin/hypr-start");
        Trace trace = new Trace(Path.of(context.getProperty("hypr.home"), "traced.calls"));
        VmmBackend backend = trace.of(VmmBackend.class, "backend", new TracedBackend(starter, trace));
        context.registerService(VmmBackend.class, backend, new Hashtable<>(Map.of(VmmBackend.NAME, TracedBackend.NAME)));
    }

    @Override
    public void stop(BundleContext context) {
        // The microVMs run on: the next instance takes them over.
    }
}
