package io.hypr.shell.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Networks.Network;

/** A network as {@code docker network inspect} shows it. */
public final class NetworkView {

    private NetworkView() {
    }

    /**
     * @param n a network
     * @param containers all containers
     * @return its view: maps, lists and values
     */
    public static Map<String, Object> of(Network n, List<ContainerInfo> containers) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Name", n.name);
        v.put("Id", n.id);
        v.put("Created", n.created == null ? "" : Moments.nanos(n.created));
        v.put("Scope", "local");
        v.put("Driver", n.driver);
        Map<String, Object> subnet = new LinkedHashMap<>();
        if (n.subnet != null) {
            subnet.put("Subnet", n.subnet);
            subnet.put("Gateway", n.gateway);
        }
        Map<String, Object> ipam = new LinkedHashMap<>();
        ipam.put("Driver", "default");
        ipam.put("Config", subnet.isEmpty() ? List.of() : List.of(subnet));
        v.put("IPAM", ipam);
        v.put("Internal", n.internal);
        Map<String, Object> plugged = new LinkedHashMap<>();
        for (ContainerInfo c : containers) {
            ContainerInfo.Endpoint e = c.networks.get(n.name);
            if (e != null && n.containers.contains(c.id)) {
                Map<String, Object> m = new LinkedHashMap<>();
                m.put("Name", c.name);
                m.put("EndpointID", e.endpointId);
                m.put("MacAddress", e.mac);
                m.put("IPv4Address", e.ip + "/" + e.prefix);
                plugged.put(c.id, m);
            }
        }
        v.put("Containers", plugged);
        v.put("Options", n.options);
        v.put("Labels", n.labels);
        return v;
    }
}
