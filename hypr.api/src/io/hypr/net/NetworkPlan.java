package io.hypr.net;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network. Made by the engine, which owns the addresses.
 *
 * @param id 64 hexadecimal digits
 * @param name the user's name for it; {@code bridge} is the default network
 * @param subnets one IPv4 subnet, and one IPv6 subnet if the network has IPv6
 * @param internal whether nothing outside can be reached from it
 * @param mtu bytes, 576 to 65535
 * @param options driver options by Docker's names, such as {@code com.docker.network.bridge.name}; unknown ones are errors
 */
public record NetworkPlan(String id, String name, List<Subnet> subnets, boolean internal, int mtu, Map<String, String> options) {

    /** Checks that nothing is missing and copies the collections. */
    public NetworkPlan {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        subnets = List.copyOf(subnets);
        options = Map.copyOf(options);
    }

    /**
     * A subnet of the network.
     *
     * @param cidr such as {@code 172.30.0.0/16}
     * @param gateway the host's own address in it, such as {@code 172.30.0.1}
     */
    public record Subnet(String cidr, String gateway) {
    }
}
