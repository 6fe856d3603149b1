package io.hypr.image.internal.oci;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Documents of registries, changed at random: each is either understood or refused by a sentence, and nothing else. */
@Timeout(60)
class DamagedDocumentsTest {

    private static final int ROUNDS = 20_000;
    private static final String HEX = "0123456789abcdef".repeat(4);
    private static final String MANIFEST = """
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:%1$s", "size": 1469},
             "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": "sha256:%1$s", "size": 3},
                        {"mediaType": "application/vnd.oci.image.layer.v1.tar+zstd", "digest": "sha256:%1$s", "size": 4}]}""".formatted(HEX);
    private static final String CONFIGURATION = """
            {"os": "linux", "architecture": "arm", "variant": "v7", "created": "2026-11-24T10:11:12.123456789Z", "author": "x",
             "rootfs": {"type": "layers", "diff_ids": ["sha256:%1$s", "sha256:%1$s"]},
             "history": [{"created": "2026-11-24T10:11:12Z", "created_by": "RUN x", "empty_layer": true}, {"comment": "c"}],
             "config": {"User": "u", "ExposedPorts": {"80/tcp": {}}, "Env": ["A=b"], "Entrypoint": ["/e"], "Cmd": null, "Volumes": {"/v": {}},
                        "WorkingDir": "/w", "Labels": {"l": "m"}, "StopSignal": "SIGTERM", "Shell": ["/bin/sh", "-c"],
                        "Healthcheck": {"Test": ["CMD", "true"], "Interval": 1, "Timeout": 2, "StartPeriod": 3, "Retries": 4}}}""".formatted(HEX);

    private final Random random = new Random(20_261_129);

    @Test
    void octetsOfManifests() {
        octets(MANIFEST, bytes -> Manifest.of(Json.object(bytes, "It"), "It"));
    }

    @Test
    void octetsOfConfigurations() {
        octets(CONFIGURATION, bytes -> Configuration.of(Json.object(bytes, "It"), "It"));
    }

    @Test
    void valuesOfManifests() {
        values(MANIFEST, node -> Manifest.of(node, "It"));
    }

    @Test
    void valuesOfConfigurations() {
        values(CONFIGURATION, node -> Configuration.of(node, "It"));
    }

    @Test
    void documentsWithoutEnd() {
        refused(() -> Json.object("{\"a\":".repeat(100_000).getBytes(StandardCharsets.UTF_8), "It"));
        refused(() -> Json.object(("{\"a\":" + "9".repeat(1 << 20) + "}").getBytes(StandardCharsets.UTF_8), "It"));
        refused(() -> Json.object(("{\"" + "a".repeat(1 << 20) + "\":1}").getBytes(StandardCharsets.UTF_8), "It"));
    }

    @Test
    void namesOfImages() {
        List<String> parts = List.of("a", "A", "-", "_", "__", ".", "/", ":", "@", "sha256:", HEX, "localhost",
            "[::1]", "5000", "\n", "é", "\0", "%", " ", "..");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(9); i >= 0; i--) {
                text.append(parts.get(random.nextInt(parts.size())));
            }
            try {
                Reference r = Reference.parse(text.toString());
                assertTrue(Reference.parse(r.fullName()).equals(r) && !r.repository().contains(".."), r.fullName());
            } catch (HyprException e) {
                assertTrue(e.code() == ErrorCode.INVALID, e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > ROUNDS / 2 && refused < ROUNDS, refused + " refused");
    }

    private void octets(String text, Consumer<byte[]> reader) {
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] damaged = text.getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(4); i >= 0; i--) {
                int at = random.nextInt(damaged.length);
                damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : "{}[]\",:0-\\".charAt(random.nextInt(10)));
            }
            refused += read(() -> reader.accept(damaged));
        }
        assertTrue(refused > ROUNDS / 2 && refused < ROUNDS, refused + " refused");
    }

    private void values(String text, Consumer<JsonNode> reader) {
        JsonNode whole = Json.object(text.getBytes(StandardCharsets.UTF_8), "It");
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            JsonNode damaged = whole.deepCopy();
            for (int i = random.nextInt(3); i >= 0; i--) {
                change(damaged);
            }
            refused += read(() -> reader.accept(damaged));
        }
        assertTrue(refused > ROUNDS / 20 && refused < ROUNDS, refused + " refused");
    }

    private void change(JsonNode whole) {
        List<JsonNode> inner = new ArrayList<>();
        collect(whole, inner);
        JsonNode parent = inner.get(random.nextInt(inner.size()));
        if (parent instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            object.set(names.get(random.nextInt(names.size())), value());
        } else if (parent instanceof ArrayNode array && !array.isEmpty()) {
            array.set(random.nextInt(array.size()), value());
        }
    }

    private static void collect(JsonNode node, List<JsonNode> into) {
        if (node.isContainerNode()) {
            into.add(node);
            node.forEach(n -> collect(n, into));
        }
    }

    private JsonNode value() {
        JsonNodeFactory f = JsonNodeFactory.instance;
        return switch (random.nextInt(12)) {
            case 0 -> f.nullNode();
            case 1 -> f.booleanNode(true);
            case 2 -> f.numberNode(-1);
            case 3 -> f.numberNode(Long.MAX_VALUE);
            case 4 -> f.numberNode(new java.math.BigInteger("9".repeat(400)));
            case 5 -> f.numberNode(1e308);
            case 6 -> f.textNode("");
            case 7 -> f.textNode("\0é\ud800");
            case 8 -> f.textNode("9".repeat(10_000));
            case 9 -> f.arrayNode().add(1).addNull().add("x");
            case 10 -> f.objectNode().put("digest", 1);
            default -> f.arrayNode();
        };
    }

    /** Returns 1 if it was refused. */
    private static int read(Runnable reader) {
        try {
            reader.run();
            return 0;
        } catch (HyprException e) {
            assertTrue(e.code() == ErrorCode.CORRUPT || e.code() == ErrorCode.UNSUPPORTED, e.code() + " " + e.getMessage());
            return 1;
        }
    }

    private static void refused(Runnable reader) {
        assertTrue(read(reader) == 1);
    }
}
