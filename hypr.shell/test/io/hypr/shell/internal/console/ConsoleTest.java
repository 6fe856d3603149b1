package io.hypr.shell.internal.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.Candidates;
import io.hypr.shell.internal.FakeCall;
import io.hypr.shell.internal.Fakes;

/** The prompt, at a terminal that a test types at. */
@Timeout(60)
class ConsoleTest {

    @TempDir
    private Path home;
    private final Gogo gogo = new Gogo(List.of(Fakes.container("web", ContainerState.RUNNING)));
    private final FakeCall call = new FakeCall();
    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CompletableFuture<String> told = new CompletableFuture<>();
    private PipedOutputStream keys;
    private Path history;

    @BeforeEach
    void start() throws IOException {
        keys = new PipedOutputStream();
        call.in = new PipedInputStream(keys, 4096);
        call.terminal = true;
        call.environment.put("TERM", "xterm");
        history = home.resolve("shell_history");
        gogo.add("kill", (c, words) -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                told.complete("interrupted");
                throw e;
            }
            return null;
        });
        gogo.add("attach", (c, words) -> {
            c.raw(true);
            begun.countDown();
            told.complete(new String(c.in().readNBytes(3), StandardCharsets.UTF_8) + c.isTerminal(0) + c.size().columns());
            c.raw(false);
            return null;
        });
        Candidates candidates = new Candidates(Fakes.containers(List.of(Fakes.container("web", ContainerState.RUNNING))), Fakes.images(), Fakes.networks());
        Console console = new Console(call, gogo.processor, candidates, history, Fakes.log());
        Thread.ofPlatform().daemon().start(() -> status.complete(console.run()));
    }

    @AfterEach
    void close() throws IOException {
        keys.close();
        gogo.close();
    }

    private void type(String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private int end() throws Exception {
        return status.get(30, TimeUnit.SECONDS);
    }

    @Test
    void executesLinesAndKeepsThemForTheUserAlone() throws Exception {
        type("ps\rrm gone\rexit 3\r");
        assertEquals(3, end());
        assertTrue(call.output().contains("CONTAINER ID") && call.output().contains("\r\n"), call.output());
        assertTrue(call.errors().contains("No such container: gone"), call.errors());
        assertFalse(call.raw, "the terminal is put back");
        assertTrue(Files.readString(history).contains(":rm gone"));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history)));
    }

    @Test
    void controlDEndsIt() throws Exception {
        type("\u0004");
        assertEquals(0, end());
    }

    @Test
    void theEndOfTheCallerEndsIt() throws Exception {
        keys.close();
        assertEquals(0, end());
    }

    @Test
    void controlCInterruptsTheCommandNotTheShell() throws Exception {
        type("kill web\r");
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        type("\u0003");
        assertEquals("interrupted", told.get(30, TimeUnit.SECONDS));
        type("stop web\rexit\r");
        assertEquals(0, end());
        assertTrue(call.output().contains("stopped web\r\n"), call.output());
    }

    @Test
    void aSignalToTheClientEndsTheShellAndItsCommand() throws Exception {
        type("kill web\r");
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        call.signal(15);
        assertEquals("interrupted", told.get(30, TimeUnit.SECONDS));
        assertEquals(143, end());
    }

    @Test
    void aCommandThatAsksForRawKeysGetsThem() throws Exception {
        type("attach web\r");
        assertTrue(begun.await(30, TimeUnit.SECONDS));
        type("\u0003\u0010q");
        assertEquals("\u0003\u0010qtrue80", told.get(30, TimeUnit.SECONDS));
        type("exit\r");
        assertEquals(0, end());
    }

    @Test
    void completesCommandsAndNames() throws Exception {
        type("sto\tw\t\r");
        type("exit\r");
        assertEquals(0, end());
        assertTrue(call.output().contains("stopped web\r\n"), call.output() + call.errors());
    }
}
