package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.Test;

import io.hypr.image.internal.oci.Reference;
import io.hypr.image.internal.registry.Endpoint;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.model.HyprException;

class SettingsTest {

    @Test
    void theDefaultsAreThoseOfTheReadme() {
        Map<String, String> defaults = new TreeMap<>();
        for (var method : Settings.class.getDeclaredMethods()) {
            Object value = method.getDefaultValue();
            defaults.put(method.getName().replace('_', '.'), value instanceof String[] texts ? Arrays.toString(texts) : value.toString());
        }
        assertEquals(Map.of("registry.mirrors", "[]", "registry.insecure", "[]", "downloads", "3", "attempts", "4", "retry.delay", "500",
                "patience", "30", "maximum.size", "68719476736",
                "maximum.expansion", "200", "maximum.files", "4000000"), defaults);
    }

    @Test
    void everyKeyIsKnownAndNoOther() {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (var method : Settings.class.getDeclaredMethods()) {
            properties.put(method.getName().replace('_', '.'), method.getDefaultValue());
        }
        properties.putAll(Map.of("service.pid", "x", "component.name", "y", "felix.fileinstall.filename", "z"));
        assertDoesNotThrow(() -> Settings.Keys.check(properties));
        properties.put("registry.mirror", "oops");
        HyprException e = assertThrows(HyprException.class, () -> Settings.Keys.check(properties));
        assertEquals("The configuration io.hypr.image has unknown keys: registry.mirror.", e.getMessage());
    }

    @Test
    void mirrorsComeBeforeTheirRegistry() {
        Endpoints endpoints = new Endpoints(Settings.Keys.split("docker.io=http://127.0.0.1:5000,docker.io=https://m.example/path",
                "ghcr.io=https://g.example"), List.of("r.example:5000"));
        List<Endpoint> hub = endpoints.of(Reference.parse("nginx"));
        assertEquals(List.of("http://127.0.0.1:5000", "https://m.example/path", "https://registry-1.docker.io"),
                hub.stream().map(e -> e.base().toString()).toList());
        assertEquals(List.of(true, false, false), hub.stream().map(Endpoint::insecure).toList());
        assertTrue(endpoints.of(Reference.parse("r.example:5000/a")).getFirst().insecure());
        assertTrue(endpoints.of(Reference.parse("127.8.9.10/a")).getFirst().insecure());
        assertTrue(!endpoints.of(Reference.parse("128.8.9.10/a")).getFirst().insecure());
        for (String bad : List.of("nonsense", "=http://x", "docker.io=", "docker.io=ftp://x", "docker.io=http://", "docker.io=http://a b")) {
            assertThrows(HyprException.class, () -> new Endpoints(List.of(bad), List.of()), bad);
        }
    }
}
