package io.hypr.net;

import java.util.List;
import java.util.Objects;

import io.hypr.model.DriverRecord;

/**
 * The place of one container in one network. Made by the engine.
 *
 * @param id unique for the container and the network, 64 hexadecimal digits
 * @param container the container's id
 * @param network what {@link NetworkDriver#ensure} returned for the network
 * @param mac hardware address of the container's side
 * @param addresses the container's addresses without prefix length: one IPv4, and one IPv6 if the network has it
 * @param uid numeric user that may open the tap
 */
public record EndpointPlan(String id, String container, DriverRecord network, String mac, List<String> addresses, int uid) {

    /** Checks that nothing is missing and copies the list. */
    public EndpointPlan {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(container, "container");
        Objects.requireNonNull(network, "network");
        addresses = List.copyOf(addresses);
    }
}
