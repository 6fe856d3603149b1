package io.hypr.net.bridge;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
        assertEquals("hypr", BridgeDriver.Config.class.getDeclaredMethod("table").getDefaultValue());
        assertEquals("hypr0", BridgeDriver.Config.class.getDeclaredMethod("bridge").getDefaultValue());
    }

    @Test
    void bothKeysAreTaken() {
        assertDoesNotThrow(() -> new BridgeDriver(new Given("t", "b"), FROM_FRAMEWORK, null));
    }

    @Test
    void unknownKeysAndImpossibleNamesAreRefused() {
        HyprException unknown = assertThrows(HyprException.class, () -> new BridgeDriver(new Given("t", "b"), Map.of("tabel", "x"), null));
        assertEquals(ErrorCode.INVALID, unknown.code());
        assertEquals("Configuration io.hypr.net.bridge has an unknown key 'tabel'.", unknown.getMessage());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> new BridgeDriver(new Given("t; flush", "b"), Map.of(), null)).code());
    }
}
