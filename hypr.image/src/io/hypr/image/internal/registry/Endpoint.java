package io.hypr.image.internal.registry;

import java.net.URI;

/**
 * Where a registry, or a mirror of it, is reached.
 *
 * @param registry the registry's name in references, by which logins are found
 * @param base address without the path /v2
 * @param insecure whether neither encryption nor certificates are insisted on
 * @param mirror whether it is a mirror: its failures are not the last word
 */
public record Endpoint(String registry, URI base, boolean insecure, boolean mirror) {

    /**
     * @param path below /v2/
     * @return the whole address
     */
    URI at(String path) {
        String root = base.toString();
        return URI.create((root.endsWith("/") ? root : root + "/") + "v2/" + path);
    }

    /** @return host and port, for messages */
    public String host() {
        return base.getRawAuthority();
    }

    Endpoint plain() {
        return new Endpoint(registry, URI.create(base.toString().replaceFirst("^https:", "http:")), insecure, mirror);
    }
}
