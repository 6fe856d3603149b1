package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Cloud Hypervisor's own description of its API (OpenAPI), and whether something is as it says. Stricter than OpenAPI: what it does not
 * name must not be there.
 */
final class Description {

    private final JsonNode root;

    private Description(JsonNode root) {
        this.root = root;
    }

    static Description read() throws IOException {
        try (InputStream file = Files.newInputStream(Path.of("test/api/openapi.yaml"))) {
            return new Description(new ObjectMapper().valueToTree(new Load(LoadSettings.builder().build()).loadFromInputStream(file)));
        }
    }

    /** What is wrong with a request; empty = nothing. */
    List<String> wrong(String method, String endpoint, JsonNode body) {
        List<String> wrong = new ArrayList<>();
        JsonNode operation = root.path("paths").path("/" + endpoint).path(method.toLowerCase(java.util.Locale.ROOT));
        if (operation.isMissingNode()) {
            return List.of("There is no " + method + " " + endpoint);
        }
        JsonNode schema = operation.path("requestBody").path("content").path("application/json").path("schema");
        if (schema.isMissingNode() != (body == null)) {
            wrong.add(endpoint + (body == null ? " needs a body" : " takes no body"));
        } else if (body != null) {
            check(endpoint, schema, body, wrong);
        }
        return wrong;
    }

    /** Whether the answer to an endpoint has a field. */
    boolean answers(String endpoint, String pointer) {
        JsonNode schema = root.path("paths").path("/" + endpoint).path("get").path("responses").path("200").path("content")
                .path("application/json").path("schema");
        for (String name : pointer.substring(1).split("/")) {
            JsonNode found = resolve(schema);
            schema = found.path("type").asText().equals("array") ? found.path("items") : found.path("properties").path(name);
        }
        return !schema.isMissingNode();
    }

    private JsonNode resolve(JsonNode schema) {
        return schema.has("$ref") ? root.at(schema.get("$ref").asText().substring(1)) : schema;
    }

    private void check(String at, JsonNode reference, JsonNode value, List<String> wrong) {
        JsonNode schema = resolve(reference);
        boolean fits = switch (schema.path("type").asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber() && (!schema.has("minimum") || value.asLong() >= schema.get("minimum").asLong());
            default -> false;
        };
        if (!fits) {
            wrong.add(at + ": " + value + " is not as " + schema);
            return;
        }
        if (schema.has("enum") && !contains(schema.get("enum"), value)) {
            wrong.add(at + ": " + value + " is none of " + schema.get("enum"));
        }
        for (JsonNode required : schema.path("required")) {
            if (value.isObject() && !value.has(required.asText())) {
                wrong.add(at + ": " + required.asText() + " is missing");
            }
        }
        value.properties().forEach(entry -> {
            JsonNode property = schema.path("properties").path(entry.getKey());
            if (property.isMissingNode()) {
                wrong.add(at + ": there is no " + entry.getKey());
            } else {
                check(at + "." + entry.getKey(), property, entry.getValue(), wrong);
            }
        });
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                check(at + "[" + i + "]", schema.path("items"), value.get(i), wrong);
            }
        }
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode one : list) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }
}
