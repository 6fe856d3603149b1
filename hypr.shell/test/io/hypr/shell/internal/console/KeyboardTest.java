package io.hypr.shell.internal.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyboardTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ByteArrayOutputStream echo = new ByteArrayOutputStream();
    private final BlockingQueue<Integer> signals = new LinkedBlockingQueue<>();
    private PipedOutputStream typed;
    private Keyboard keyboard;

    @BeforeEach
    void start() throws IOException {
        typed = new PipedOutputStream();
        keyboard = new Keyboard(new PipedInputStream(typed, 4096), new PrintStream(echo, true, StandardCharsets.UTF_8), signals::add);
    }

    @AfterEach
    void end() throws IOException {
        keyboard.end();
        typed.close();
    }

    private void type(String keys) throws IOException {
        typed.write(keys.getBytes(StandardCharsets.UTF_8));
        typed.flush();
    }

    private static String read(InputStream in, int octets) {
        return assertTimeoutPreemptively(LIMIT, () -> new String(in.readNBytes(octets), StandardCharsets.UTF_8));
    }

    @Test
    void theEditorGetsKeysAsTheyAre() throws IOException {
        type("a\u0003\u0004\r");
        assertEquals("a\u0003\u0004\r", read(keyboard.editor(), 4));
        assertEquals("", echo.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aCommandGetsLinesThatCanBeEdited() throws IOException {
        keyboard.execute();
        type("äbx\u007fc\r");
        assertEquals("äbc\n", read(keyboard.command(), 5));
        assertEquals("äbx\b \bc\r\n", echo.toString(StandardCharsets.UTF_8));
        type("ö\u007f\u007fno\u0015yes\r");
        assertEquals("yes\n", read(keyboard.command(), 4));
    }

    @Test
    void controlDIsTheEndOfFileOnce() throws IOException {
        keyboard.execute();
        Keyboard.Tap tap = keyboard.command();
        type("part\u0004\u0004");
        assertEquals("part", read(tap, 4));
        assertEquals(-1, (int) assertTimeoutPreemptively(LIMIT, () -> tap.read()));
        type("more\r");
        assertEquals("more\n", read(tap, 5));
    }

    @Test
    void controlCIsASignalAndDropsTheLine() throws Exception {
        keyboard.execute();
        type("half\u0003");
        assertEquals(2, assertTimeoutPreemptively(LIMIT, signals::take));
        type("whole\r");
        assertEquals("whole\n", read(keyboard.command(), 6));
    }

    @Test
    void rawKeysPassAsTheyAreTheBeginningOfALineIncluded() throws Exception {
        keyboard.execute();
        type("a\u0003be");
        assertEquals(2, assertTimeoutPreemptively(LIMIT, signals::take));
        Keyboard.Tap tap = keyboard.command();
        keyboard.raw(true);
        type("\u0003\u0010\u0011\r");
        assertEquals("be\u0003\u0010\u0011\r", read(tap, 6));
    }

    @Test
    void whatACommandLeftIsTheEditorsAndAnEndedCommandTakesNothing() throws Exception {
        keyboard.execute();
        Keyboard.Tap first = keyboard.command();
        int[] got = {0};
        Thread waiting = Thread.ofVirtual().start(() -> {
            try {
                got[0] = first.read();
            } catch (IOException e) {
                got[0] = -2;
            }
        });
        first.end();
        assertTimeoutPreemptively(LIMIT, () -> waiting.join());
        assertEquals(-1, got[0]);
        type("ps\rab");
        Keyboard.Tap second = keyboard.command();
        assertEquals("p", read(second, 1));
        assertTimeoutPreemptively(LIMIT, () -> {
            while (!echo.toString(StandardCharsets.UTF_8).endsWith("ab")) {
                Thread.onSpinWait();
            }
        });
        second.end();
        keyboard.edit();
        assertEquals("s\nab", read(keyboard.editor(), 4));
    }

    @Test
    void theEndOfTheCallerIsTheEndForAll() throws IOException {
        Keyboard.Tap tap = keyboard.command();
        typed.close();
        assertEquals(-1, (int) assertTimeoutPreemptively(LIMIT, () -> tap.read()));
        assertEquals(-1, (int) assertTimeoutPreemptively(LIMIT, () -> keyboard.editor().read()));
    }
}
