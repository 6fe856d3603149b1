package io.hypr.vmm.hvf.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Holds on processes, tried with one that sleeps. */
class MacProcessTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Process sleeper(String... words) throws Exception {
        String[] command = new String[words.length + 3];
        System.arraycopy(words, 0, command, 3, words.length);
        command[0] = "/bin/sh";
        command[1] = "-c";
        command[2] = "read line"; // A child would look like it until it is another program.
        Process process = new ProcessBuilder(command).start();
        MacProcess.note(process.toHandle(), file());
        return process;
    }

    private Path file() {
        return directory.resolve("pid");
    }

    private MacProcess held() {
        return MacProcess.of(file()).orElseThrow();
    }

    @Test
    void whoIsWrittenDownIsFoundUntilItEnds() throws Exception {
        Process process = sleeper();
        MacProcess held = held();
        assertEquals(process.pid(), held.pid());
        assertTrue(held.isAlive());
        assertFalse(held.awaitExit(Duration.ofMillis(1)));
        held.kill();
        assertFalse(held.isAlive());
        assertTrue(held.awaitExit(Duration.ZERO));
        assertTrue(held.awaitExit(null));
        assertTrue(MacProcess.of(file()).isEmpty());
        held.kill();
    }

    @Test
    void anotherOfTheSameNumberIsNotFound() throws Exception {
        Process process = sleeper();
        try {
            Files.writeString(file(), process.pid() + " " + (process.info().startInstant().orElseThrow().toEpochMilli() - 5_000));
            assertTrue(MacProcess.of(file()).isEmpty());
            Files.writeString(file(), process.pid() + " 0");
            assertTrue(MacProcess.of(file()).isEmpty());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aFileThatTellsNothingIsCorruptAndNoneIsNobody() throws Exception {
        assertTrue(MacProcess.of(file()).isEmpty());
        Files.writeString(file(), "12");
        assertEquals(ErrorCode.CORRUPT, assertThrows(HyprException.class, () -> MacProcess.of(file())).code());
    }

    @Test
    void itStandsStillAndGoesOn() throws Exception {
        Process process = sleeper();
        try (MacProcess held = held()) {
            assertFalse(held.isStopped());
            held.stop();
            held.stop();
            assertTrue(held.isStopped());
            held.resume();
            assertFalse(held.isStopped());
            held.stop();
            held.kill();
            assertFalse(held.isStopped());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void toCloseEndsTheWaitAndNothingElse() throws Exception {
        Process process = sleeper();
        try {
            MacProcess held = held();
            Thread closer = Thread.startVirtualThread(held::close);
            assertEquals(ErrorCode.GONE, assertThrows(HyprException.class, () -> held.awaitExit(LONG)).code());
            closer.join();
            assertTrue(process.isAlive());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void itIsFoundByItsNameAmongThoseOfItsProgram() throws Exception {
        String name = directory.toString();
        Process process = sleeper("--name", name);
        try {
            Path program = Path.of(process.info().command().orElseThrow());
            assertEquals(List.of(process.pid()), MacProcess.named(program, name).stream().map(MacProcess::pid).toList());
            assertEquals(List.of(), MacProcess.named(Path.of("hypr-krun"), name));
            assertEquals(List.of(), MacProcess.named(program, name + "x"));
        } finally {
            process.destroyForcibly();
        }
    }
}
