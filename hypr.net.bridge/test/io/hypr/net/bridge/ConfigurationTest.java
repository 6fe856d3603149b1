package io.hypr.net.bridge;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.annotation.Annotation;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class ConfigurationTest {

    private static final Map<String, Object> FROM_FRAMEWORK = Map.of("component.name", "x", "component.id", 1L, "service.pid", "io.hypr.net.bridge",
            "hypr.name", "bridge", "felix.fileinstall.filename", "f", "table", "t", "bridge", "b");

    record Given(String table, String bridge) implements BridgeDriver.Config {
        @Override
        public Class<? extends Annotation> annotationType() {
            return BridgeDriver.Config.class;
        }
    }

    @Test
    void defaultsAreWhatTheReadmeSays() throws Exception {
        Given none = new Given(
                (String) BridgeDriver.Config.class.getDeclaredMethod("table").getDefaultValue(),
                (String) BridgeDriver.Config.class.getDeclaredMethod("bridge").getDefaultValue());
        assertEquals("hypr", BridgeDriver.table(none, "/var/lib/hypr"));
        assertEquals("hypr0", BridgeDriver.bridge(none, "/var/lib/hypr"));
    }

    @Test
    void anotherHomeHasATableAndABridgeOfItsOwn() {
        Given none = new Given("", "");
        assertTrue(BridgeDriver.table(none, "/srv/a").matches("hypr_[0-9a-f]{8}"));
        assertTrue(BridgeDriver.bridge(none, "/srv/a").matches("hypr-[0-9a-f]{8}"));
        assertNotEquals(BridgeDriver.table(none, "/srv/a"), BridgeDriver.table(none, "/srv/b"));
        assertEquals(BridgeDriver.bridge(none, "/srv/a"), BridgeDriver.bridge(none, "/srv/x/../a"));
    }

    @Test
    void bothKeysAreTaken() {
        assertDoesNotThrow(() -> new BridgeDriver("/srv/a", new Given("t", "b"), FROM_FRAMEWORK, null));
    }

    @Test
    void unknownKeysAndImpossibleNamesAreRefused() {
        HyprException unknown = assertThrows(HyprException.class, () -> new BridgeDriver("/srv/a", new Given("t", "b"), Map.of("tabel", "x"), null));
        assertEquals(ErrorCode.INVALID, unknown.code());
        assertEquals("Configuration io.hypr.net.bridge has an unknown key 'tabel'.", unknown.getMessage());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> new BridgeDriver("/srv/a", new Given("t; flush", "b"), Map.of(), null)).code());
    }
}
