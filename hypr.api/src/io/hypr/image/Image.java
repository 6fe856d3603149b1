package io.hypr.image;

import java.time.Instant;
import java.util.List;

/**
 * An image that is here.
 *
 * @param id digest of its configuration, {@code sha256:...}
 * @param tags its names with tags, in the short form that Docker shows: {@code nginx:latest}
 * @param digests its names with manifest digests: {@code nginx@sha256:...}
 * @param platform such as {@code linux/amd64}
 * @param created when it was built
 * @param size bytes of its unpacked layers, as {@code docker images} counts
 * @param layers diff ids of its layers, the lowest first
 * @param layerSizes bytes of each of them, unpacked; empty if they are not known
 * @param config what its containers inherit
 * @param author who made it; may be empty
 * @param history how its layers were made, the oldest first
 */
public record Image(
        String id,
        List<String> tags,
        List<String> digests,
        String platform,
        Instant created,
        long size,
        List<String> layers,
        List<Long> layerSizes,
        ImageConfig config,
        String author,
        List<History> history) {

    /** Copies the lists. */
    public Image {
        tags = List.copyOf(tags);
        digests = List.copyOf(digests);
        layers = List.copyOf(layers);
        layerSizes = List.copyOf(layerSizes);
        history = List.copyOf(history);
    }

    /**
     * How a layer was made.
     *
     * @param created when
     * @param by the command
     * @param comment a remark; may be empty
     * @param empty whether it made no layer
     */
    public record History(Instant created, String by, String comment, boolean empty) {
    }
}
