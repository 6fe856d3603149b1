package io.hypr.net.bridge.internal;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.NetworkPlan;

/**
 * A network's plan, checked, in the terms of Linux.
 *
 * @param id of the network
 * @param bridge name of the bridge
 * @param gateways the host's addresses in it
 * @param mtu bytes
 * @param internal whether nothing outside can be reached
 * @param masquerade whether packets to the outside take the host's address
 * @param icc whether containers reach one another
 */
record BridgePlan(String id, String bridge, List<Gateway> gateways, int mtu, boolean internal, boolean masquerade, boolean icc) {

    private static final String NAME = "com.docker.network.bridge.name";
    private static final String MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade";
    private static final String ICC = "com.docker.network.bridge.enable_icc";
    private static final String DEFAULT = "com.docker.network.bridge.default_bridge";
    private static final String MTU = "com.docker.network.driver.mtu";
    private static final TreeSet<String> OPTIONS = new TreeSet<>(List.of(NAME, MASQUERADE, ICC, DEFAULT, MTU));

    /** The host's address in a subnet. */
    record Gateway(Cidr subnet, InetAddress address) {
    }

    /**
     * @param plan as the engine made it
     * @param defaultBridge name of the bridge of the default network
     * @throws HyprException INVALID
     */
    static BridgePlan of(NetworkPlan plan, String defaultBridge) {
        Map<String, String> options = plan.options();
        for (String key : options.keySet()) {
            if (!OPTIONS.contains(key)) {
                throw invalid("Network " + plan.name() + ": unknown option '" + key + "'.").remedy("Known are " + String.join(", ", OPTIONS) + ".");
            }
        }
        requireId(plan.id());
        boolean isDefault = plan.name().equals("bridge");
        String bridge = options.getOrDefault(NAME, isDefault ? defaultBridge : "hypr-" + plan.id().substring(0, 10));
        if (!bridge.matches("[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")) {
            throw invalid("Network " + plan.name() + ": '" + bridge + "' cannot be the name of a bridge.")
                    .remedy("Use 1 to 15 letters, digits, dots, dashes or underscores.");
        }
        return new BridgePlan(plan.id(), bridge, gateways(plan), mtu(plan), plan.internal(), flag(plan, MASQUERADE), flag(plan, ICC));
    }

    static void requireId(String id) {
        if (!id.matches("[0-9a-f]{64}")) {
            throw invalid("The id '" + id + "' is not 64 hexadecimal digits.");
        }
    }

    private static List<Gateway> gateways(NetworkPlan plan) {
        List<Gateway> gateways = new ArrayList<>();
        for (NetworkPlan.Subnet subnet : plan.subnets()) {
            try {
                Cidr cidr = Cidr.parse(subnet.cidr());
                InetAddress address = Cidr.address(subnet.gateway());
                if (!cidr.contains(address) || address.equals(cidr.network())) {
                    throw invalid("Network " + plan.name() + ": gateway " + subnet.gateway() + " is not inside of subnet " + subnet.cidr() + ".");
                }
                gateways.add(new Gateway(cidr, address));
            } catch (IllegalArgumentException e) {
                throw invalid("Network " + plan.name() + ": " + e.getMessage() + ".");
            }
        }
        long v4 = gateways.stream().filter(g -> g.subnet().isIpv4()).count();
        if (v4 != 1 || gateways.size() - v4 > 1) {
            throw invalid("Network " + plan.name() + ": a bridge network has one IPv4 subnet and at most one IPv6 subnet, not " + plan.subnets() + ".");
        }
        return List.copyOf(gateways);
    }

    private static int mtu(NetworkPlan plan) {
        String option = plan.options().getOrDefault(MTU, Integer.toString(plan.mtu()));
        int mtu = option.matches("\\d{1,6}") ? Integer.parseInt(option) : -1;
        int least = plan.subnets().size() > 1 ? 1280 : 576;
        if (mtu < least || mtu > 65535) {
            throw invalid("Network " + plan.name() + ": the MTU is between " + least + " and 65535 bytes, not " + option + ".");
        }
        return mtu;
    }

    private static boolean flag(NetworkPlan plan, String option) {
        return switch (plan.options().getOrDefault(option, "true")) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw invalid("Network " + plan.name() + ": option " + option + " is true or false, not '" + plan.options().get(option) + "'.");
        };
    }

    private static HyprException invalid(String sentence) {
        return new HyprException(ErrorCode.INVALID, sentence);
    }
}
