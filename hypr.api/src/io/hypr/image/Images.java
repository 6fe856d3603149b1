package io.hypr.image;

import java.util.List;
import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

import io.hypr.model.Progress;

/**
 * The images of this host. Implemented by hypr.image; called by the engine, the builder and front ends from any thread.
 *
 * <p>
 * References are Docker's: {@code nginx}, {@code nginx:1.27}, {@code registry:5000/a/b@sha256:...}; ids are {@code sha256:} and 64
 * hexadecimal digits, or a unique beginning of the digits with at least 1 digit. Names without a registry belong to {@code docker.io},
 * those without a path there to {@code library/}. The names {@code hypr/busybox} and {@code hypr/welcome} are shipped with the distribution
 * and are found without any registry.
 */
@ProviderType
public interface Images {

    /**
     * Brings an image here: manifest, configuration and layers into the content store, its name into the index. What is there already is not brought again.
     *
     * @param reference name with tag or digest; without either, {@code latest}
     * @param platform such as {@code linux/amd64}; null = that of the host
     * @param progress hears of each layer, in Docker's words
     * ({@code Pulling fs layer, Downloading, Verifying Checksum, Download complete, Extracting, Pull complete, Already exists})
     * @return the image
     * @throws io.hypr.model.HyprException {@code NOT_FOUND} for an unknown name, tag or platform, {@code DENIED}, {@code UNAVAILABLE},
     * {@code CORRUPT} for a wrong digest, {@code INVALID} for a malformed name
     */
    Image pull(String reference, String platform, Progress progress);

    /**
     * {@return the image, if it is here}
     *
     * @param reference name, name with digest, or id
     */
    Optional<Image> find(String reference);

    /** {@return all images here, the newest first} */
    List<Image> list();

    /**
     * Gives an image one more name. A name that another image had moves.
     *
     * @param source reference or id
     * @param target the new name
     */
    void tag(String source, String target);

    /**
     * Removes a name, and with an image's last name the image and whatever no other image needs.
     *
     * @param reference a name, or an id: then all its names are removed
     * @param force also if an id has names in several repositories
     * @return what was done, in order
     */
    List<Removal> remove(String reference, boolean force);

    /**
     * One step of a removal.
     *
     * @param untagged a name that was removed, or null
     * @param deleted the digest of an image that was removed, or null
     */
    record Removal(String untagged, String deleted) {
    }
}
