package io.hypr.vmm.qemu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The client of the monitor against a server that says what the test wants. */
class QmpTest {

    private static final String GREETING = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}}, \"capabilities\": [\"oob\"]}}";
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(50);

    @TempDir
    Path directory;

    private Path socket;
    private ServerSocketChannel server;

    /** What one connection to the monitor does. */
    private interface Script {
        void run(BufferedReader questions, Answers answers) throws IOException;
    }

    private record Answers(OutputStream out) {
        void line(String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("qmp");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void serve(Script script) {
        Thread.ofPlatform().daemon().start(() -> {
            try (SocketChannel channel = server.accept()) {
                script.run(new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)), new Answers(Channels.newOutputStream(channel)));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static void greet(BufferedReader questions, Answers answers) throws IOException {
        answers.line(GREETING);
        assertEquals("{\"execute\":\"qmp_capabilities\",\"id\":1}", questions.readLine());
        answers.line("{\"return\": {}, \"id\": 1}");
    }

    @Test
    void commandsCarryArgumentsAndGetTheAnswerOfTheirId() throws Exception {
        serve((questions, answers) -> {
            greet(questions, answers);
            assertEquals("{\"execute\":\"balloon\",\"arguments\":{\"value\":7},\"id\":2}", questions.readLine());
            answers.line("{\"return\": \"another's\", \"id\": 99}");
            answers.line("{\"timestamp\": {\"seconds\": 1, \"microseconds\": 2}, \"event\": \"BALLOON_CHANGE\", \"data\": {\"actual\": 7}}");
            answers.line("{\"return\": {\"done\": true}, \"id\": 2}");
            questions.readLine();
        });
        try (Qmp qmp = Qmp.connect(socket, LIMIT)) {
            assertTrue(qmp.execute("balloon", Map.of("value", 7)).path("done").asBoolean());
            assertEquals(7, qmp.awaitEvent("BALLOON_CHANGE", LIMIT).path("actual").asInt());
        }
    }

    @Test
    void anAnswerMayComeInPieces() throws Exception {
        serve((questions, answers) -> {
            greet(questions, answers);
            questions.readLine();
            for (byte octet : "{\"return\": {\"name\": \"é\"}, \"id\": 2}\r\n".getBytes(StandardCharsets.UTF_8)) {
                answers.out().write(octet);
                answers.out().flush();
            }
            questions.readLine();
        });
        try (Qmp qmp = Qmp.connect(socket, LIMIT)) {
            assertEquals("é", qmp.execute("query-name", Map.of()).path("name").asText());
        }
    }

    @Test
    void refusalsSayWhatQemuSaid() throws Exception {
        serve((questions, answers) -> {
            greet(questions, answers);
            questions.readLine();
            answers.line("{\"error\": {\"class\": \"GenericError\", \"desc\": \"No balloon device has been activated\"}, \"id\": 2}");
            questions.readLine();
        });
        try (Qmp qmp = Qmp.connect(socket, LIMIT)) {
            HyprException refusal = assertThrows(HyprException.class, () -> qmp.execute("query-balloon", Map.of()));
            assertEquals("QEMU refused query-balloon: No balloon device has been activated", refusal.getMessage());
            assertEquals(ErrorCode.INTERNAL, refusal.code());
        }
    }

    @Test
    void aMonitorThatServesAnotherIsATimeout() {
        HyprException late = assertThrows(HyprException.class, () -> Qmp.connect(socket, SHORT));
        assertEquals(ErrorCode.TIMEOUT, late.code());
        assertEquals("QEMU's monitor did not send its greeting in 50 ms.", late.getMessage());
    }

    /** QEMU lets one wait, and serves one: with what the kernel adds, the fourth finds no room. */
    private Path crowded() throws IOException {
        Path crowded = directory.resolve("crowded");
        server.close();
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(crowded), 1);
        return crowded;
    }

    @Test
    void whoFindsNoRoomToWaitTriesAgain() throws Exception {
        Path crowded = crowded();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try (threads) {
            List<Future<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                callers.add(threads.submit(() -> {
                    try (Qmp qmp = Qmp.connect(crowded, LIMIT)) {
                        return qmp.execute("query-status", Map.of()).path("n").asInt();
                    }
                }));
            }
            assertThrows(SocketException.class, () -> {
                while (true) { // Until they have all the room that there is.
                    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                    try (channel) {
                        channel.configureBlocking(false);
                        channel.connect(UnixDomainSocketAddress.of(crowded));
                    }
                }
            });
            serveAll();
            for (Future<Integer> caller : callers) {
                assertEquals(7, caller.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
            }
        }
    }

    /** One after another, also those who have gone. */
    private void serveAll() {
        Thread.ofPlatform().daemon().start(() -> {
            while (server.isOpen()) {
                try (SocketChannel channel = server.accept()) {
                    BufferedReader questions = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
                    Answers answers = new Answers(Channels.newOutputStream(channel));
                    answers.line(GREETING);
                    if (questions.readLine() != null) {
                        answers.line("{\"return\": {}, \"id\": 1}");
                        questions.readLine();
                        answers.line("{\"return\": {\"n\": 7}, \"id\": 2}");
                        questions.readLine();
                    }
                } catch (IOException e) {
                    continue; // It went away meanwhile, or the test is over.
                }
            }
        });
    }

    @Test
    void whoFindsNoRoomForLongIsTold() throws Exception {
        Path crowded = crowded();
        try (SocketChannel one = SocketChannel.open(UnixDomainSocketAddress.of(crowded));
                SocketChannel two = SocketChannel.open(UnixDomainSocketAddress.of(crowded))) {
            HyprException late = assertThrows(HyprException.class, () -> Qmp.connect(crowded, SHORT));
            assertEquals("QEMU's monitor took no further connection in 50 ms.", late.getMessage());
            assertEquals(ErrorCode.TIMEOUT, late.code());
            assertTrue(one.isConnected() && two.isConnected());
        }
    }

    @Test
    void hangingUpWhileSomebodyWaitsIsUnavailable() throws Exception {
        serve((questions, answers) -> {
            greet(questions, answers);
            questions.readLine();
        });
        try (Qmp qmp = Qmp.connect(socket, LIMIT)) {
            assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, () -> qmp.execute("stop", Map.of())).code());
            assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, () -> qmp.execute("cont", Map.of())).code());
        }
    }

    @Test
    void whatIsNoJsonEndsTheConversation() {
        serve((questions, answers) -> {
            answers.line("SSH-2.0-OpenSSH");
            questions.readLine();
        });
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, () -> Qmp.connect(socket, LIMIT)).code());
    }

    @Test
    void anEventThatDoesNotComeIsATimeout() throws Exception {
        serve((questions, answers) -> {
            greet(questions, answers);
            answers.line("{\"event\": \"RESUME\"}");
            questions.readLine();
        });
        try (Qmp qmp = Qmp.connect(socket, LIMIT)) {
            assertEquals(ErrorCode.TIMEOUT, assertThrows(HyprException.class, () -> qmp.awaitEvent("STOP", SHORT)).code());
        }
    }

    @Test
    void nobodyListeningIsAnInputError() throws IOException {
        server.close();
        assertThrows(IOException.class, () -> Qmp.connect(socket, LIMIT));
    }
}
