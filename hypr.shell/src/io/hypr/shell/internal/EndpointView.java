package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Endpoint;

/** The networks of a container as {@code docker inspect} shows them. Addresses of the default network stand beside them once more. */
final class EndpointView {

    private EndpointView() {
    }

    static Map<String, Object> of(ContainerInfo c) {
        String asked = Objects.requireNonNullElse(c.spec.network, "bridge");
        Map<String, Endpoint> networks = c.networks.isEmpty() ? Map.of(asked, new Endpoint()) : c.networks;
        Map<String, Object> n = new LinkedHashMap<>();
        n.put("Bridge", "");
        n.put("SandboxID", "");
        n.put("SandboxKey", "");
        n.put("Ports", ports(c));
        n.put("HairpinMode", false);
        n.put("LinkLocalIPv6Address", "");
        n.put("LinkLocalIPv6PrefixLen", 0);
        n.put("SecondaryIPAddresses", null);
        n.put("SecondaryIPv6Addresses", null);
        n.putAll(addresses(networks.getOrDefault("bridge", new Endpoint())));
        Map<String, Object> all = new LinkedHashMap<>();
        networks.forEach((name, e) -> all.put(name, endpoint(c, e)));
        n.put("Networks", all);
        return n;
    }

    static Map<String, Object> binding(String address, String port) {
        Map<String, Object> b = new LinkedHashMap<>();
        b.put("HostIp", address);
        b.put("HostPort", port);
        return b;
    }

    private static Map<String, Object> ports(ContainerInfo c) {
        Map<String, List<Object>> bindings = new LinkedHashMap<>();
        c.published.forEach(p -> bindings.computeIfAbsent(p.containerPort + "/" + p.protocol, k -> new ArrayList<>())
            .add(binding(p.hostAddress, String.valueOf(p.hostPort))));
        Map<String, Object> ports = new LinkedHashMap<>();
        c.exposed.forEach(p -> ports.put(p, null));
        ports.putAll(bindings);
        return ports;
    }

    private static Map<String, Object> endpoint(ContainerInfo c, Endpoint e) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("IPAMConfig", c.spec.ip == null ? null : Map.of("IPv4Address", c.spec.ip));
        m.put("Links", null);
        m.put("Aliases", e.aliases.isEmpty() ? null : e.aliases);
        m.put("DriverOpts", null);
        m.put("NetworkID", Objects.requireNonNullElse(e.networkId, ""));
        m.putAll(addresses(e));
        return m;
    }

    private static Map<String, Object> addresses(Endpoint e) {
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("EndpointID", e.endpointId);
        m.put("Gateway", e.gateway);
        m.put("IPAddress", e.ip);
        m.put("IPPrefixLen", e.prefix);
        m.put("IPv6Gateway", "");
        m.put("GlobalIPv6Address", "");
        m.put("GlobalIPv6PrefixLen", 0);
        m.put("MacAddress", e.mac);
        return m;
    }
}
