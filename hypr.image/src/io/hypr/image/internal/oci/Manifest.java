package io.hypr.image.internal.oci;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * A manifest of one image: OCI's, or Docker's of schema 2, which has the same shape.
 *
 * @param config the configuration
 * @param layers the lowest first
 */
public record Manifest(Descriptor config, List<Descriptor> layers) {

    /** Octets that a manifest or index may have, as registries agree on. */
    public static final int MAXIMUM = 4 << 20;
    /** Octets that a configuration may have. */
    public static final int MAXIMUM_CONFIG = 8 << 20;
    /** Media types of manifests of one image. */
    public static final Set<String> TYPES = Set.of("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json");
    /** Media types of indexes over the manifests of several platforms. */
    public static final Set<String> INDEX_TYPES =
            Set.of("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json");

    private static final Set<String> CONFIG_TYPES = Set.of("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json");
    private static final int MAXIMUM_LAYERS = 512;

    /**
     * @param node the manifest
     * @param what what it is, for the error: {@code The manifest of nginx:latest}
     * @return its parts
     * @throws HyprException {@code CORRUPT} if it is not sound, {@code UNSUPPORTED} if it is not an image's
     */
    public static Manifest of(JsonNode node, String what) {
        String mediaType = node.path("mediaType").asText("");
        if (node.path("schemaVersion").asInt() == 1) {
            throw new HyprException(ErrorCode.UNSUPPORTED, what + " is of Docker's schema 1, which went out of use in 2020.")
                    .remedy("Build or push the image again with a present Docker.");
        }
        if (!mediaType.isEmpty() && !TYPES.contains(mediaType)) {
            throw new HyprException(ErrorCode.UNSUPPORTED, what + " is of the type " + mediaType + ", which is not an image.");
        }
        Descriptor config = Descriptor.of(node.path("config"), what);
        if (!CONFIG_TYPES.contains(config.mediaType())) {
            throw new HyprException(ErrorCode.UNSUPPORTED, what + " has a configuration of the type " + config.mediaType() + ": it is no container image.");
        }
        List<Descriptor> layers = new ArrayList<>();
        for (JsonNode layer : node.path("layers")) {
            Descriptor d = Descriptor.of(layer, what);
            if (!d.mediaType().contains("tar") || d.mediaType().contains("encrypted")) {
                throw new HyprException(ErrorCode.UNSUPPORTED, what + " has a layer of the type " + d.mediaType() + ", which HYPR cannot unpack.");
            }
            layers.add(d);
        }
        if (layers.size() > MAXIMUM_LAYERS || config.size() > MAXIMUM_CONFIG) {
            throw new HyprException(ErrorCode.CORRUPT,
                    what + " has " + layers.size() + " layers and a configuration of " + config.size() + " octets, which is too much.");
        }
        return new Manifest(config, List.copyOf(layers));
    }
}
