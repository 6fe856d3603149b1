package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.engine.ContainerInfo.MountPoint;

/** Tells of the networks and volumes that a container joins when it starts and leaves when it has ended, as Docker does. */
final class Surroundings {

    private final Engine engine;
    private final Container container;
    /** Ids by name. */
    private final Map<String, String> networks;
    private final List<MountPoint> mounts;

    /** Of a container as it is now. */
    Surroundings(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
        this.networks = container.ask(r -> {
            Map<String, String> ids = new LinkedHashMap<>();
            r.info.networks.forEach((name, endpoint) -> ids.put(name, endpoint.networkId));
            return ids;
        });
        this.mounts = container.ask(r -> List.copyOf(r.info.mounts));
    }

    void joined() {
        networks("connect");
        volumes("mount");
    }

    void left() {
        networks("disconnect");
        volumes("unmount");
    }

    private void networks(String action) {
        networks.forEach((name, id) -> engine.events().tell(Instant.now(), "network", action, id,
                Map.of("container", container.id(), "name", name, "type", driver(id))));
    }

    /** One that is gone was a bridge, as all are that can go. */
    private String driver(String network) {
        return engine.networks().list().stream().filter(n -> n.id.equals(network)).map(n -> n.driver).findFirst().orElse("bridge");
    }

    private void volumes(String action) {
        mounts.stream().filter(m -> m.type.equals("volume")).forEach(m -> {
            Map<String, String> all = new TreeMap<>(Map.of("container", container.id(), "driver", "local"));
            if (action.equals("mount")) {
                all.putAll(Map.of("destination", m.target, "read/write", Boolean.toString(m.writable), "propagation", ""));
            }
            engine.events().tell(Instant.now(), "volume", action, m.name, all);
        });
    }
}
