package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerSpec;
import io.hypr.shell.internal.format.Json;

/** Requests for GPUs as inspect shows them. */
class DeviceOptionsTest {

    private static String requests(String... gpus) {
        ContainerSpec s = new ContainerSpec();
        s.gpus.addAll(List.of(gpus));
        return Json.compact(DeviceOptions.requests(s));
    }

    /** As recorded from docker inspect -f '{{json .HostConfig.DeviceRequests}}'. */
    @Test
    void requestsLookAsDockers() {
        assertEquals("null", requests());
        assertEquals("[{\"Driver\":\"\",\"Count\":-1,\"DeviceIDs\":null,\"Capabilities\":[[\"gpu\"]],\"Options\":{}}]", requests("all"));
        assertEquals("[{\"Driver\":\"\",\"Count\":2,\"DeviceIDs\":null,\"Capabilities\":[[\"gpu\"]],\"Options\":{}}]", requests("count=2"));
        assertEquals("[{\"Driver\":\"\",\"Count\":0,\"DeviceIDs\":[\"0\",\"1\"],\"Capabilities\":[[\"gpu\"]],\"Options\":{}}]", requests("0", "1"));
    }
}
