package io.hypr.image.internal.oci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** JSON as registries and layouts have it. */
public final class Json {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {
    }

    /**
     * @param bytes a JSON object
     * @param what what they are, for the error: {@code The manifest of nginx:latest}
     * @return the object
     * @throws HyprException {@code CORRUPT} if they are something else
     */
    public static JsonNode object(byte[] bytes, String what) {
        try {
            JsonNode node = MAPPER.readTree(bytes);
            if (node != null && node.isObject()) {
                return node;
            }
            throw new HyprException(ErrorCode.CORRUPT, what + " is not a JSON object.");
        } catch (IOException e) {
            throw new HyprException(ErrorCode.CORRUPT, what + " is not sound JSON.", e);
        }
    }

    /** @return a new object */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * @param node what to write
     * @return UTF-8
     */
    public static byte[] bytes(JsonNode node) {
        return node.toPrettyString().getBytes(StandardCharsets.UTF_8);
    }
}
