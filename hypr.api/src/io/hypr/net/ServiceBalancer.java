package io.hypr.net;

import java.util.List;
import java.util.Objects;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Leads published ports of the host to endpoints of containers. Implemented by network bundles, called by the engine only. The engine always tells
 * the whole table; the change from one table to the next is atomic, connections that stay published are not cut, and ports that are not in it are free
 * again when the call returns.
 */
@ConsumerType
public interface ServiceBalancer {

    /**
     * Publishes a table.
     *
     * @param generation grows with each table; a table with a smaller number than the one in force is ignored. The engine's generations survive its restarts.
     * @param table every published port
     * @throws io.hypr.model.HyprException {@code IN_USE} naming the process (name and pid) that holds a port which is new in this table;
     * the former table stays in force
     */
    void publish(long generation, List<PublishedPort> table);

    /**
     * A port of the host.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @param address of the host; {@code 0.0.0.0} = all IPv4 addresses, {@code ::} = all IPv6 addresses
     * @param port of the host, 1 to 65535
     * @param container id of the container that owns the publication
     * @param backends where the traffic goes, one or more
     */
    record PublishedPort(String protocol, String address, int port, String container, List<Backend> backends) {
        /** Checks ranges and copies the list. */
        public PublishedPort {
            Objects.requireNonNull(address, "address");
            if (port < 1 || port > 65535) {
                throw new IllegalArgumentException("A port is 1 to 65535, not " + port);
            }
            backends = List.copyOf(backends);
        }
    }

    /**
     * A port of a container.
     *
     * @param address of the container
     * @param port of the container, 1 to 65535
     */
    record Backend(String address, int port) {
    }
}
