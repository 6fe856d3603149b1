package io.hypr.image.internal.registry;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import io.hypr.image.internal.oci.Reference;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Where registries are reached: mirrors in their order, then the registry itself. */
public final class Endpoints {

    /** The host that serves Docker Hub's images, a fact of Docker's protocol: {@code docker.io} itself serves none. */
    private static final String HUB_HOST = "registry-1.docker.io";
    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127\\.\\d+\\.\\d+\\.\\d+|\\[::1])(:\\d+)?");

    private final Map<String, List<URI>> mirrors = new LinkedHashMap<>();
    private final Set<String> insecure;

    /**
     * @param mirrors each {@code registry=address}: {@code docker.io=http://127.0.0.1:5000}
     * @param insecure host and port of each registry that may be without encryption or with unknown certificates
     * @throws HyprException {@code INVALID} if one is malformed
     */
    public Endpoints(List<String> mirrors, List<String> insecure) {
        for (String mirror : mirrors) {
            int equals = mirror.indexOf('=');
            URI address = equals > 0 ? address(mirror.substring(equals + 1)) : null;
            if (address == null) {
                throw new HyprException(ErrorCode.INVALID, "'" + mirror + "' is not a mirror.")
                        .remedy("Write registry=address, as in docker.io=https://mirror.example:5000.");
            }
            this.mirrors.computeIfAbsent(mirror.substring(0, equals), key -> new ArrayList<>()).add(address);
        }
        this.insecure = new LinkedHashSet<>(insecure);
    }

    private static URI address(String text) {
        try {
            URI uri = URI.create(text);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null && uri.getQuery() == null ? uri : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * @param reference the name of an image
     * @return where to ask for it, in this order; never empty
     */
    public List<Endpoint> of(Reference reference) {
        String registry = reference.registry();
        List<Endpoint> all = new ArrayList<>();
        for (URI mirror : mirrors.getOrDefault(registry, List.of())) {
            all.add(new Endpoint(registry, mirror, mirror.getScheme().equals("http"), true));
        }
        String host = registry.equals(Reference.DOCKER_HUB) ? HUB_HOST : registry;
        all.add(new Endpoint(registry, URI.create("https://" + host), insecure.contains(registry) || isLoopback(registry), false));
        return all;
    }

    /** Whether a host, with or without a port, is this machine: then its registry may do without encryption, as for Docker. */
    static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host).matches();
    }
}
