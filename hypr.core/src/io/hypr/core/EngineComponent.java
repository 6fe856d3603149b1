package io.hypr.core;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.Sizes;
import io.hypr.core.internal.engine.Engine;
import io.hypr.core.internal.engine.Services;
import io.hypr.device.DeviceDriver;
import io.hypr.engine.EngineListener;
import io.hypr.image.Images;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.NetworkDriver;
import io.hypr.net.ServiceBalancer;
import io.hypr.vmm.VmmBackend;

/**
 * The engine in the framework: follows backends, drivers and other services as they come and go, and opens the engine beside its activation, since records
 * may have to be repaired. Whoever asks meanwhile waits; if the engine could not be opened, everybody is told why.
 */
@Component(service = EngineComponent.class, immediate = true, configurationPid = EngineConfiguration.PID)
public final class EngineComponent implements Supplier<Engine> {

    private static final Path ROUTES = Path.of("/proc/net/route");

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile Images images;
    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    private volatile RootFileSystems roots;
    private volatile ServiceBalancer balancer;

    private final Services services;
    private final Engine engine;
    private final Logger log;
    private final CompletableFuture<Engine> opened = new CompletableFuture<>();

    /**
     * @param context of this bundle
     * @param configuration of the engine
     * @param properties all of the configuration
     * @param loggers gives the log
     */
    @Activate
    public EngineComponent(BundleContext context, EngineConfiguration configuration, Map<String, Object> properties,
            @Reference LoggerFactory loggers) {
        this.log = loggers.getLogger(EngineComponent.class);
        this.services = new Services(() -> images, () -> roots, () -> balancer, log);
        this.engine = configured(context, configuration, properties);
        if (engine != null) {
            Thread.ofVirtual().name("engine").start(this::open);
        }
    }

    /** Returns null for a configuration that means nothing, and everybody who asks is told so: no component would say why it is missing. */
    private Engine configured(BundleContext context, EngineConfiguration configuration, Map<String, Object> properties) {
        try {
            refuseUnknown(properties);
            return new Engine(settings(context, configuration), services);
        } catch (HyprException e) {
            failed(e);
        } catch (RuntimeException e) {
            failed(new HyprException(ErrorCode.INVALID, "The configuration " + EngineConfiguration.PID + " has a value of the wrong kind: "
                    + String.valueOf(e.getMessage()).replaceFirst("^[\\w.]+Exception: ", ""), e)); // DS tells its own cause in words only.
        }
        return null;
    }

    private void failed(RuntimeException e) {
        log.error("The engine cannot work: {}", e.getMessage(), e);
        opened.completeExceptionally(e);
    }

    private void open() {
        try {
            engine.open();
            opened.complete(engine);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    /** @return the engine, once it is open */
    @Override
    public Engine get() {
        try {
            return opened.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof HyprException h ? h : new HyprException(ErrorCode.INTERNAL, "The engine could not be opened.", e.getCause());
        }
    }

    private static void refuseUnknown(Map<String, Object> properties) {
        Set<String> unknown = new TreeSet<>();
        for (String key : properties.keySet()) {
            if (!isOthers(key) && !Settings.KEYS.contains(key)) {
                unknown.add(key);
            }
        }
        if (!unknown.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The configuration " + EngineConfiguration.PID + " has keys that mean nothing: " + unknown + ".")
                .remedy("The keys are " + Settings.KEYS + ".");
        }
    }

    /** Keys that Configuration Admin, FileInstall and DS add by themselves. */
    private static boolean isOthers(String key) {
        return key.startsWith("service.") || key.startsWith("component.") || key.startsWith("felix.") || key.startsWith("osgi.ds.") || key.equals("objectClass")
            || key.endsWith(".target") || key.endsWith(".cardinality.minimum");
    }

    private static Settings settings(BundleContext context, EngineConfiguration c) {
        String home = context.getProperty("hypr.home");
        if (home == null || home.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The framework property hypr.home is not set.").remedy("Start hyprd by its own script, which sets it.");
        }
        String dist = context.getProperty("hypr.dist");
        Path share = Path.of(dist == null ? home : dist, "share");
        String run = context.getProperty("hypr.run");
        return new Settings(Path.of(home), Path.of(run == null ? "/run/hypr" : run, "vm"),
            file(c.kernel_vmlinux(), share.resolve("kernel/vmlinux")), file(c.kernel_bzimage(), share.resolve("kernel/bzImage")),
            file(c.kernel_initramfs(), share.resolve("initramfs.cpio")), backends(c), c.cpus(), Sizes.parse("memory", c.memory()),
            Sizes.parse("disk", c.disk()), List.of(c.subnets()), ROUTES, List.of(c.nameservers()), c.uid_first(),
            templates(c.templates()), Sizes.parse("templates.size", c.templates_size()), c.boot_seconds(),
            Settings.Waits.USUAL, context.getBundle().getVersion().toString(), point -> { });
    }

    private static List<String> backends(EngineConfiguration c) {
        if (c.backends().length > 0) {
            return List.of(c.backends());
        }
        return System.getProperty("os.name").startsWith("Mac") ? List.of("hvf", "qemu") : List.of("cloudhypervisor", "krun", "qemu");
    }

    private static boolean templates(String value) {
        return switch (value) {
            case "auto" -> true;
            case "off" -> false;
            default -> throw new HyprException(ErrorCode.INVALID, "The configuration " + EngineConfiguration.PID + " has templates=" + value + ".")
                .remedy("It is auto or off.");
        };
    }

    private static Path file(String configured, Path other) {
        return configured.isEmpty() ? other : Path.of(configured);
    }

    /** Lets go of everything; no microVM ends. */
    @Deactivate
    void deactivate() {
        if (engine != null) {
            engine.close();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindBackend(VmmBackend backend, Map<String, Object> properties) {
        services.backends.add(backend, properties);
        whenOpen(() -> engine.settle(String.valueOf(properties.get(VmmBackend.NAME))));
    }

    void unbindBackend(VmmBackend backend, Map<String, Object> properties) {
        engine.unsettle(String.valueOf(properties.get(VmmBackend.NAME)));
        services.backends.remove(backend);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindNetworkDriver(NetworkDriver driver, Map<String, Object> properties) {
        services.networks.add(driver, properties);
        whenOpen(() -> engine.sweep(driver));
    }

    void unbindNetworkDriver(NetworkDriver driver) {
        services.networks.remove(driver);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindDeviceDriver(DeviceDriver driver, Map<String, Object> properties) {
        services.devices.add(driver, properties);
    }

    void unbindDeviceDriver(DeviceDriver driver) {
        services.devices.remove(driver);
    }

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindBalancer(ServiceBalancer now) {
        balancer = now;
        whenOpen(() -> engine.republish());
    }

    void unbindBalancer(ServiceBalancer gone) {
        if (balancer == gone) { // Its successor is bound before.
            balancer = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
    void bindListener(EngineListener listener) {
        if (engine != null) {
            engine.addListener(listener);
        }
    }

    void unbindListener(EngineListener listener) {
        if (engine != null) {
            engine.removeListener(listener);
        }
    }

    private void whenOpen(Runnable act) {
        opened.whenComplete((e, failure) -> {
            if (failure == null) {
                Thread.ofVirtual().start(act);
            }
        });
    }
}
