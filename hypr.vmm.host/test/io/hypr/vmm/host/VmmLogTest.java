package io.hypr.vmm.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VmmLogTest {

    private static final String PANIC = "[    1.234567] Kernel panic - not syncing: ";

    @TempDir
    Path directory;
    private VmmLog log;

    @BeforeEach
    void setUp() {
        log = new VmmLog(directory.resolve("log"));
    }

    private void says(String words) throws IOException {
        Files.writeString(log.file(), words);
    }

    @Test
    void aPanicIsFoundAmongWhatFollowsIt() throws IOException {
        says("before\n" + PANIC + "Attempted to kill init! exitcode=0x00000009\r\n" + "[    1.3] CPU: 0 PID: 1\n".repeat(500) + "The VMM's words\n");
        assertEquals("The guest's kernel panicked: Attempted to kill init! exitcode=0x00000009.", log.panic(0));
    }

    @Test
    void theLastOneCounts() throws IOException {
        says(PANIC + "one\n" + PANIC + "two.\n");
        assertEquals("The guest's kernel panicked: two.", log.panic(0));
    }

    @Test
    void thatOfAnEarlierStartDoesNot() throws IOException {
        says(PANIC + "one\n");
        long logged = log.begin();
        assertEquals("", log.panic(logged));
        Files.writeString(log.file(), PANIC + "two\n", java.nio.file.StandardOpenOption.APPEND);
        assertEquals("The guest's kernel panicked: two.", log.panic(logged));
    }

    @Test
    void itIsFoundInALogThatWasCutMeanwhile() throws IOException {
        says(PANIC + "two\n");
        assertEquals("The guest's kernel panicked: two.", log.panic(VmmLog.LIMIT));
    }

    @Test
    void withoutALogNothingIsKnown() {
        assertEquals("", log.panic(0));
    }

    @Test
    void wordsWithoutAnEndAreCut() throws IOException {
        says(PANIC + "x".repeat(10_000));
        assertEquals("The guest's kernel panicked: ".length() + 200 + 1, log.panic(0).length());
    }

    @Test
    void aRunDirectoryKeepsWhereAStartBegins() throws IOException {
        VmmDirectory run = new VmmDirectory(directory);
        says(PANIC + "one\n");
        assertEquals("", run.panic(log.file()), "a restart of the host has taken it");
        run.logged(0);
        assertEquals("The guest's kernel panicked: one.", run.panic(log.file()));
        run.logged(log.begin());
        assertEquals("", run.panic(log.file()));
    }
}
