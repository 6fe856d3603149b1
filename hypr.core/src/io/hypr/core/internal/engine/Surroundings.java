package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.engine.ContainerInfo;

/** Tells of the networks and volumes that a container joins when it starts and leaves when it has ended, as Docker does. */
final class Surroundings {

    private final Engine engine;
    private final Container container;
    private final ContainerInfo info;

    /** @param info with the networks and volumes */
    Surroundings(Engine engine, Container container, ContainerInfo info) {
        this.engine = engine;
        this.container = container;
        this.info = info;
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
        info.networks.forEach((name, endpoint) -> engine.events().tell(Instant.now(), "network", action, endpoint.networkId,
                Map.of("container", container.id(), "name", name, "type", driver(endpoint.networkId))));
    }

    /** One that is gone was a bridge, as all are that can go. */
    private String driver(String network) {
        return engine.networks().list().stream().filter(n -> n.id.equals(network)).map(n -> n.driver).findFirst().orElse("bridge");
    }

    private void volumes(String action) {
        info.mounts.stream().filter(m -> m.type.equals("volume")).forEach(m -> {
            Map<String, String> all = new TreeMap<>(Map.of("container", container.id(), "driver", "local"));
            if (action.equals("mount")) {
                all.putAll(Map.of("destination", m.target, "read/write", Boolean.toString(m.writable), "propagation", ""));
            }
            engine.events().tell(Instant.now(), "volume", action, m.name, all);
        });
    }
}
