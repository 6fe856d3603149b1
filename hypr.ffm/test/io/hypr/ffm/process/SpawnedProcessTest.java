package io.hypr.ffm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.ffm.call.ErrnoException;

@Timeout(30)
class SpawnedProcessTest {

    private static final List<String> CAT = List.of("/bin/cat");
    /** Begins another child of its parent, by clone with CLONE_PARENT, says so and ends; that one says whose child it is and ends with 5 after its input. */
    private static final List<String> SUCCEEDED = List.of("/usr/bin/env", "python3", "-c", """
            import ctypes, os
            child = ctypes.CDLL(None).syscall({"x86_64": 56, "aarch64": 220}[os.uname().machine], 0x8000, 0, 0, 0, 0)
            if child:
                os.write(1, b"%d\\n" % child)
                os._exit(0)
            os.write(2, b"parent %d\\n" % os.getppid())
            os.close(2)
            os.read(0, 1)
            os._exit(5)
            """);

    private final List<Process> started = new ArrayList<>();

    /** A stream that nobody closes is closed by the collector some time later, perhaps while open ones are counted. */
    @AfterEach
    void close() throws IOException {
        for (Process process : started) {
            process.destroyForcibly();
            process.getOutputStream().close();
            process.getInputStream().close();
            process.getErrorStream().close();
        }
        started.clear();
    }

    private Process start(List<String> command, Map<String, String> environment, boolean discard) throws IOException {
        Process process = SpawnedProcess.start(command, environment, discard);
        started.add(process);
        return process;
    }

    private Process shell(String script, Map<String, String> environment, boolean discard) throws IOException {
        return start(List.of("/bin/sh", "-c", script, "sh", "a b", ""), environment, discard);
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void itsStreamsAndItsStatusAreAsItLeftThem() throws Exception {
        Process process = shell("cat; echo \"$1|$2|$WORD|$PATH\"; echo err >&2; exit 7", Map.of("WORD", "ünicode"), false);
        process.getOutputStream().write("in\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertEquals("in\na b||ünicode|" + System.getenv("PATH") + "\n", text(process.getInputStream()));
        assertEquals("err\n", text(process.getErrorStream()));
        assertEquals(7, process.waitFor());
        assertEquals(7, process.exitValue());
        assertFalse(process.isAlive());
    }

    @Test
    void outputThatNobodyWantsIsDiscarded() throws Exception {
        Process process = shell("exec 3>&1; readlink /proc/$$/fd/3 >&2; yes | head -c 1000000", Map.of(), true);
        assertEquals("/dev/null\n", text(process.getErrorStream()));
        assertEquals(-1, process.getInputStream().read());
        assertEquals(0, process.waitFor());
    }

    @Test
    void oneThatTellsItsOwnNumberGoesOn() throws Exception {
        Process process = told("echo $$; cat; exit 7");
        process.getOutputStream().write("more".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        assertEquals("more", text(process.getInputStream()));
        assertEquals(7, process.waitFor());
    }

    @Test
    void oneThatTellsNothingHasItsOwnStatus() throws Exception {
        assertEquals(9, told("exit 9").waitFor());
    }

    @Test
    void oneThatTellsNoNumberIsAnError() {
        IOException e = assertThrows(IOException.class, () -> told("echo nonsense; cat >&2"));
        assertTrue(e.getMessage().contains("says 'nonsense' where the number of a process was to come"), e.getMessage());
    }

    private Process told(String script) throws IOException {
        Process process = SpawnedProcess.startTold(List.of("/bin/sh", "-c", script), Map.of());
        started.add(process);
        return process;
    }

    @Test
    void anotherChildThatGoesOnIsWaitedFor() throws Exception {
        Process process = SpawnedProcess.startTold(SUCCEEDED, Map.of());
        started.add(process);
        assertEquals("parent " + ProcessHandle.current().pid() + "\n", text(process.getErrorStream()));
        assertTrue(process.isAlive());
        assertEquals(process.pid(), process.toHandle().pid());
        process.getOutputStream().close();
        assertEquals(5, process.waitFor());
    }

    @Test
    void anotherChildThatGoesOnCanBeEnded() throws Exception {
        Process process = SpawnedProcess.startTold(SUCCEEDED, Map.of());
        started.add(process);
        process.destroyForcibly();
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        assertEquals(128 + 9, process.exitValue());
    }

    @Test
    void oneThatIsEndedHasTheStatusOfTheSignal() throws Exception {
        Process process = start(CAT, Map.of(), false);
        assertTrue(process.isAlive());
        assertTrue(process.toHandle().isAlive());
        assertEquals(process.pid(), process.toHandle().pid());
        assertThrows(IllegalThreadStateException.class, process::exitValue);
        assertFalse(process.waitFor(20, TimeUnit.MILLISECONDS));
        CompletableFuture<Process> exit = process.onExit();
        process.destroyForcibly();
        assertEquals(process, exit.get(20, TimeUnit.SECONDS));
        assertTrue(process.waitFor(0, TimeUnit.SECONDS));
        assertEquals(137, process.exitValue());
        process.destroy(); // Its number may be another's by now.
        Process other = start(CAT, Map.of(), false);
        other.destroy();
        assertEquals(143, other.waitFor());
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        ErrnoException e = assertThrows(ErrnoException.class, () -> SpawnedProcess.start(List.of("/no/such"), Map.of(), false));
        assertEquals(ErrnoException.ENOENT, e.errno());
        assertTrue(e.getMessage().contains("/no/such"), e.getMessage());
    }

    @Test
    void nothingStaysOpen() throws Exception {
        start(CAT, Map.of(), false).destroyForcibly().waitFor(); // What is opened once is open.
        close();
        long before = open();
        for (int i = 0; i < 20; i++) {
            start(CAT, Map.of(), i % 2 == 0);
            assertThrows(IOException.class, () -> SpawnedProcess.start(List.of("/no/such"), Map.of(), false));
        }
        for (Process process : started) {
            process.getOutputStream().close();
            assertTrue(process.waitFor(10, TimeUnit.SECONDS), "none has the end of another's input");
        }
        close();
        assertEquals(before, open());
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (waiting() > 0 && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertEquals(0, waiting(), "nobody waits for what has ended or never began");
    }

    private static long waiting() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("child of ")).count();
    }

    private static long open() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }
}
