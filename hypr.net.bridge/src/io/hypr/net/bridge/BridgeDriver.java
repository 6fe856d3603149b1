package io.hypr.net.bridge;

import java.util.List;
import java.util.Map;
import java.util.Set;

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

    /** The configuration. A second hyprd on the same host needs other values for both. */
    @interface Config {
        /** @return name of the nft table, which also marks the network devices that belong to this hyprd; letters, digits, underscores */
        String table() default "hypr";

        /** @return name of the default network's bridge, 1 to 15 bytes */
        String bridge() default "hypr0";
    }

    private final Networking networking;

    /**
     * @param config the configuration
     * @param properties all of it, to find keys that are none
     * @param log where warnings go
     */
    @Activate
    public BridgeDriver(Config config, Map<String, ?> properties, @Reference(service = LoggerFactory.class) Logger log) {
        for (String key : properties.keySet()) {
            if (!KEYS.contains(key) && FRAMEWORK.stream().noneMatch(key::startsWith)) {
                throw new HyprException(ErrorCode.INVALID, "Configuration io.hypr.net.bridge has an unknown key '" + key + "'.").remedy("Known are table and bridge.");
            }
        }
        networking = new Networking(config.table(), config.bridge(), log);
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
