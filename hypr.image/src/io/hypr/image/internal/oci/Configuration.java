package io.hypr.image.internal.oci;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.image.Image;
import io.hypr.image.ImageConfig;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The configuration of an image (OCI image specification, "Image Configuration"), with Docker's additions.
 *
 * @param platform what it runs on
 * @param created when; the epoch if it does not say
 * @param author who; may be empty
 * @param layers diff ids, the lowest first
 * @param config what containers inherit
 * @param history how layers were made
 */
public record Configuration(Platform platform, Instant created, String author, List<String> layers, ImageConfig config, List<Image.History> history) {

    /**
     * @param node the configuration
     * @param what what it is, for the error
     * @return its parts
     * @throws HyprException {@code CORRUPT} if it is not sound
     */
    public static Configuration of(JsonNode node, String what) {
        JsonNode rootfs = node.path("rootfs");
        List<String> layers = texts(rootfs.path("diff_ids"));
        if (!rootfs.path("type").asText("").equals("layers") || !layers.stream().allMatch(Reference::isDigest)) {
            throw new HyprException(ErrorCode.CORRUPT, what + " does not list its layers soundly.");
        }
        List<Image.History> history = new ArrayList<>();
        for (JsonNode h : node.path("history")) {
            history.add(new Image.History(instant(h.path("created")), h.path("created_by").asText(""), h.path("comment").asText(""),
                    h.path("empty_layer").asBoolean()));
        }
        return new Configuration(Platform.of(node), instant(node.path("created")), node.path("author").asText(""), layers,
                config(node.path("config")), history);
    }

    /**
     * @param platform what the image ran on
     * @return what stands for a configuration that is damaged
     */
    public static Configuration damaged(String platform) {
        return new Configuration(new Platform(platform, "", ""), Instant.EPOCH, "", List.of(), config(Json.object()), List.of());
    }

    /**
     * The digest that stands for a stack of layers (OCI image specification, "Layer ChainID").
     *
     * @param layers diff ids, the lowest first
     * @return {@code sha256:...} for each prefix of the list
     */
    public static List<String> chainIds(List<String> layers) {
        List<String> chain = new ArrayList<>();
        for (String layer : layers) {
            chain.add(chain.isEmpty() ? layer : Layout.digest((chain.getLast() + " " + layer).getBytes(StandardCharsets.UTF_8)));
        }
        return chain;
    }

    private static ImageConfig config(JsonNode c) {
        Map<String, String> labels = new LinkedHashMap<>();
        c.path("Labels").properties().forEach(e -> labels.put(e.getKey(), e.getValue().asText("")));
        return new ImageConfig(text(c, "User"), keys(c.path("ExposedPorts")), texts(c.path("Env")), texts(c.path("Entrypoint")), texts(c.path("Cmd")),
                keys(c.path("Volumes")), text(c, "WorkingDir"), labels, text(c, "StopSignal"), healthcheck(c.path("Healthcheck")), texts(c.path("Shell")));
    }

    private static ImageConfig.Healthcheck healthcheck(JsonNode h) {
        if (!h.isObject() || h.path("Test").isEmpty()) {
            return null;
        }
        return new ImageConfig.Healthcheck(texts(h.path("Test")), nanos(h, "Interval"), nanos(h, "Timeout"), nanos(h, "StartPeriod"),
                nanos(h, "StartInterval"), h.path("Retries").asInt());
    }

    private static Duration nanos(JsonNode node, String field) {
        return Duration.ofNanos(node.path(field).asLong());
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).isTextual() ? node.path(field).textValue() : "";
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(e -> texts.add(e.asText("")));
        return texts;
    }

    private static Set<String> keys(JsonNode object) {
        Set<String> keys = new LinkedHashSet<>();
        object.properties().forEach(e -> keys.add(e.getKey()));
        return keys;
    }

    private static Instant instant(JsonNode node) {
        try {
            return node.isTextual() ? OffsetDateTime.parse(node.textValue()).toInstant() : Instant.EPOCH;
        } catch (DateTimeParseException e) {
            return Instant.EPOCH;
        }
    }
}
