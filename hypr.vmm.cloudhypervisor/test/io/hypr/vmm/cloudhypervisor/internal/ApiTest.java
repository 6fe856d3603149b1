package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Conversations with an API whose answers are those that Cloud Hypervisor 54 gave. */
class ApiTest {

    @TempDir
    Path directory;
    private ApiServer server;
    private Api api;

    @BeforeEach
    void open() throws IOException {
        server = new ApiServer(directory.resolve("api"));
        api = new Api(directory.resolve("api"), Duration.ofSeconds(10));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        assertEquals(List.of(), server.wrong());
    }

    private HyprException refused(String answer) {
        server.answer("vm.boot", answer);
        return assertThrows(HyprException.class, () -> api.put("vm.boot", null));
    }

    @Test
    void aRequestIsMadeAndItsAnswerRead() {
        server.answer("vm.info", ApiServer.json(200, "{\"state\":\"Running\",\"größe\":1}"));
        assertEquals("Running", api.get("vm.info").path("state").asText());
        assertEquals(1, api.get("vm.info").path("größe").asInt());
        assertTrue(api.put("vm.resize", JsonNodeFactory.instance.objectNode().put("desired_vcpus", 2)).isMissingNode());
        assertEquals(List.of("GET vm.info", "GET vm.info", "PUT vm.resize {\"desired_vcpus\":2}"), server.requests());
    }

    @Test
    void refusalsAreTold() {
        HyprException refusal = refused(ApiServer.json(
                500, "[\"Error from API\",\"The VM could not be resized\",\"Error from CPU manager\",\"Requested vCPUs exceed maximum\"]"));
        assertEquals("Cloud Hypervisor refuses: The VM could not be resized: Error from CPU manager: Requested vCPUs exceed maximum.", refusal.getMessage());
        assertEquals(ErrorCode.INTERNAL, refusal.code());
        assertEquals("Cloud Hypervisor refuses: first: second.", refused(
                ApiServer.json(500, "[\"Error from API\",\"first\",\"second\\n\\nStack backtrace:\\n 0: <unknown>\"]")).getMessage());
        HyprException missing = refused(ApiServer.json(500,
                "[\"Error from API\",\"The VM could not boot\",\"Cannot open kernel file\",\"No such file or directory (os error 2)\"]"));
        assertEquals(ErrorCode.NOT_FOUND, missing.code());
        assertEquals("Cloud Hypervisor refuses: plain words.", refused(ApiServer.json(400, "plain words")).getMessage());
        assertEquals("Cloud Hypervisor refuses: HTTP status 404.", refused("HTTP/1.1 404 \r\n\r\n").getMessage());
    }

    @Test
    void whoHangsUpIsUnavailable() throws IOException {
        assertEquals(ErrorCode.UNAVAILABLE, refused("").code());
        server.close();
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, () -> api.get("vm.info")).code());
    }

    @Test
    void whoIsSilentIsLate() {
        server.answer("vm.boot", "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\n");
        Api impatient = new Api(directory.resolve("api"), Duration.ofMillis(1));
        HyprException late = assertThrows(HyprException.class, () -> impatient.put("vm.boot", null));
        assertTrue(late.code() == ErrorCode.TIMEOUT || late.code() == ErrorCode.UNAVAILABLE, late.getMessage());
    }

    @Test
    void whenAllConnectionsAreTakenItAsksAgain() throws Exception {
        server.answer("vm.info", ApiServer.json(503, "{ \"error\": \"Too many open connections\" }"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<String> state = threads.submit(() -> api.get("vm.info").path("state").asText());
            while (server.requests().size() < 2) {
                Thread.onSpinWait();
            }
            server.answer("vm.info", ApiServer.json(200, "{\"state\":\"Paused\"}"));
            assertEquals("Paused", state.get());
        }
    }

    @Test
    void whoIsTurnedAwayBeforeTheRequestAsksAgain() throws Exception {
        Path other = directory.resolve("full");
        try (ServerSocketChannel full = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            full.bind(UnixDomainSocketAddress.of(other));
            Thread.ofVirtual().start(() -> {
                for (int i = 0; full.isOpen(); i++) {
                    try (SocketChannel client = full.accept()) {
                        String answer = i % 3 == 2 ? ApiServer.json(200, "{\"state\":\"Running\"}") : ApiServer.json(503, "{ \"error\": \"full\" }");
                        client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
                    } catch (IOException e) {
                        continue; // The test is over, or its client was gone.
                    }
                }
            });
            Api asking = new Api(other, Duration.ofSeconds(10));
            for (int i = 0; i < 200; i++) {
                assertEquals("Running", asking.get("vm.info").path("state").asText());
            }
        }
    }

    @Test
    void manyCanAskAtOnce() throws Exception {
        server.answer("vm.info", ApiServer.json(200, "{\"state\":\"Running\"}"));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                all.add(threads.submit(() -> api.get("vm.info").path("state").asText()));
            }
            for (Future<String> one : all) {
                assertEquals("Running", one.get());
            }
        }
    }
}
