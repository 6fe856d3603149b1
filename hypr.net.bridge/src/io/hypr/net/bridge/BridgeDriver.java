package io.hypr.net.bridge;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;
import io.hypr.net.NetworkDriver;
import io.hypr.net.NetworkPlan;
import io.hypr.net.ServiceBalancer;
import io.hypr.net.bridge.internal.Networking;

/** Networks on Linux bridges, and ports published by nftables. Configured by the PID {@code io.hypr.net.bridge}. */
@Component(service = {NetworkDriver.class, ServiceBalancer.class}, configurationPid = "io.hypr.net.bridge", property = "hypr.name=bridge")
public final class BridgeDriver implements NetworkDriver, ServiceBalancer {

    private static final Set<String> KEYS = Set.of("table", "bridge", "hypr.name");
    private static final List<String> FRAMEWORK = List.of("component.", "service.", "felix.", "osgi.", "objectClass");

    /** The configuration. Each hyprd of a host needs values of its own, and the defaults see to that. */
    @interface Config {
        /**
         * @return name of the nft table, which also marks the network devices that belong to this hyprd; letters, digits, underscores;
         * empty = {@code hypr}, and with 8 digits made from its home behind it where that is not {@value #USUAL_HOME}
         */
        String table() default "";

        /** @return name of the default network's bridge, 1 to 15 bytes; empty = {@code hypr0}, or {@code hypr-} and those digits */
        String bridge() default "";
    }

    private static final String USUAL_HOME = "/var/lib/hypr";

    private final Networking networking;

    /**
     * @param context tells the home of this hyprd by its property hypr.home
     * @param config the configuration
     * @param properties all of it, to find keys that are none
     * @param log where warnings go
     */
    @Activate
    public BridgeDriver(BundleContext context, Config config, Map<String, ?> properties, @Reference(service = LoggerFactory.class) Logger log) {
        this(context.getProperty("hypr.home"), config, properties, log);
    }

    BridgeDriver(String home, Config config, Map<String, ?> properties, Logger log) {
        for (String key : properties.keySet()) {
            if (!KEYS.contains(key) && FRAMEWORK.stream().noneMatch(key::startsWith)) {
                throw new HyprException(ErrorCode.INVALID, "Configuration io.hypr.net.bridge has an unknown key '" + key + "'.")
                        .remedy("Known are table and bridge.");
            }
        }
        networking = new Networking(table(config, home), bridge(config, home), log);
    }

    static String table(Config config, String home) {
        return !config.table().isEmpty() ? config.table() : isUsual(home) ? "hypr" : "hypr_" + digits(home);
    }

    static String bridge(Config config, String home) {
        return !config.bridge().isEmpty() ? config.bridge() : isUsual(home) ? "hypr0" : "hypr-" + digits(home);
    }

    private static boolean isUsual(String home) {
        return home == null || Path.of(home).equals(Path.of(USUAL_HOME));
    }

    /** Two hyprd with homes of their own must not take each other's devices for leftovers of their own. */
    private static String digits(String home) {
        try {
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(Path.of(home).toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sum, 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    @Deactivate
    void deactivate() {
        networking.close();
    }

    @Override
    public Availability probe() {
        return networking.probe();
    }

    @Override
    public DriverRecord ensure(NetworkPlan plan) {
        return networking.ensure(plan);
    }

    @Override
    public Attachment plug(EndpointPlan plan) {
        return networking.plug(plan);
    }

    @Override
    public Optional<Attachment> prepare(String id, int uid) {
        return Optional.of(networking.prepare(id, uid));
    }

    @Override
    public void unplug(DriverRecord attachment) {
        networking.unplug(attachment);
    }

    @Override
    public void remove(DriverRecord network) {
        networking.remove(network);
    }

    @Override
    public List<DriverRecord> inventory() {
        return networking.inventory();
    }

    @Override
    public void publish(long generation, List<PublishedPort> table) {
        networking.publish(generation, table);
    }
}
