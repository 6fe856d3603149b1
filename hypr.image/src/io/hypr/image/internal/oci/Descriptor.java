package io.hypr.image.internal.oci;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Names a blob (OCI image specification, "Content Descriptors").
 *
 * @param mediaType what it is
 * @param digest {@code sha256:...}
 * @param size octets
 */
public record Descriptor(String mediaType, String digest, long size) {

    /**
     * @param node a descriptor
     * @param where what it stands in, for the error
     * @return its parts
     * @throws HyprException {@code CORRUPT} if it is not sound
     */
    public static Descriptor of(JsonNode node, String where) {
        String digest = node.path("digest").asText("");
        JsonNode size = node.path("size");
        if (!Reference.isDigest(digest) || !size.canConvertToLong() || !size.isIntegralNumber() || size.longValue() < 0) {
            throw new HyprException(ErrorCode.CORRUPT, where + " names a blob with the digest '" + digest + "' and the size " + size + ", which is not sound.");
        }
        return new Descriptor(node.path("mediaType").asText(""), digest, size.longValue());
    }

    /** @return the digest's digits */
    public String hex() {
        return digest.substring(7);
    }

    /** @return the first 12 digits, by which Docker calls a layer */
    public String shortName() {
        return digest.substring(7, 19);
    }
}
