package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;

class LogDetailsTest {

    private static String details(Map<String, String> options) {
        ContainerInfo c = new ContainerInfo();
        c.id = "0123456789abcdef".repeat(4);
        c.name = "web";
        c.image = "nginx";
        c.imageId = "sha256:" + "1".repeat(64);
        c.env = List.of("HOME=/", "PATH=/bin:/sbin", "EMPTY=");
        c.spec = new ContainerSpec();
        c.spec.labels.putAll(Map.of("tier", "front end", "team", "a&b", "other", "x"));
        c.spec.logOptions.putAll(options);
        return LogDetails.of(c);
    }

    @Test
    void areWhatTheOptionsNameInTheOrderOfTheirNames() {
        assertEquals("", details(Map.of("max-size", "1m")));
        assertEquals("HOME=%2F,team=a%26b,tier=front+end", details(Map.of("labels", "tier,team,nosuch", "env", "HOME,NONE")));
        assertEquals("EMPTY=,team=a%26b,tier=front+end", details(Map.of("labels-regex", "^t", "env-regex", "^E")));
        assertEquals("tag=web%2F0123456789ab", details(Map.of("tag", "{{.Name}}/{{.ID}}")));
        assertEquals("", details(Map.of("labels-regex", "(")));
    }
}
