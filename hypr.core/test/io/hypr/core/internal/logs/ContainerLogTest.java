package io.hypr.core.internal.logs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.engine.Logs.Query;
import io.hypr.model.HyprException;

@Timeout(60)
class ContainerLogTest {

    @TempDir
    Path base;

    private static void out(ContainerLog log, int stream, long number, String text) throws IOException {
        log.output(stream, number, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> read(ContainerLog log, Query query) throws InterruptedException {
        List<String> lines = new ArrayList<>();
        new LogQuery(log, query).run((stream, time, bytes) -> lines.add(stream + new String(bytes, StandardCharsets.UTF_8)));
        return lines;
    }

    private static Query all(int tail) {
        return new Query(true, true, null, null, tail, false);
    }

    @Test
    void whoeverReadsCanBeWaitedFor() throws Exception {
        try (ContainerLog log = new ContainerLog(base.resolve("l"), LogLimits.NONE)) {
            log.begin(1);
            LogReader late = new LogReader(log, log.end());
            assertTrue(log.awaitRead(null)); // There is nothing that it has not read.
            out(log, 1, 1, "a\n");
            log.flush(1);
            assertFalse(log.awaitRead(Duration.ofMillis(20)));
            assertEquals(LogRecord.STDOUT, late.next(log.end()).kind());
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    while (late.next(log.end()) != null) { }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertTrue(log.awaitRead(null));
            reader.join();
            out(log, 1, 2, "b\n");
            log.flush(2);
            Thread.ofVirtual().start(() -> {
                try {
                    late.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            assertTrue(log.awaitRead(null));
        }
    }

    @Test
    void linesAreCutPerStreamAndTheLastNeedsNoLineFeed() throws Exception {
        try (ContainerLog log = new ContainerLog(base.resolve("l"), LogLimits.NONE)) {
            log.begin(1);
            out(log, 1, 1, "a\nhal");
            out(log, 2, 2, "error\n");
            out(log, 1, 3, "f\nrest");
            log.flush(3);
            assertEquals(List.of("1a\n", "2error\n", "1half\n", "1rest"), read(log, all(-1)));
            assertEquals(List.of("1half\n", "1rest"), read(log, all(2)));
            assertEquals(List.of(), read(log, all(0)));
            assertEquals(List.of("2error\n"), read(log, new Query(false, true, null, null, -1, false)));
            assertEquals(List.of(), read(log, new Query(true, true, Instant.now().plusSeconds(60), null, -1, false)));
            assertEquals(List.of(), read(log, new Query(true, true, null, Instant.EPOCH, -1, false)));
        }
    }

    @Test
    void linesThatCameAtOnceAreHandedOutAtOnceWhereThatIsAllowed() throws Exception {
        try (ContainerLog log = new ContainerLog(base.resolve("l"), LogLimits.NONE)) {
            log.begin(1);
            out(log, 1, 1, "a\nb\nhal");
            out(log, 2, 2, "error\n");
            out(log, 1, 3, "f\nc\n");
            out(log, 1, 4, "x".repeat(LineSplitter.PART + 1));
            log.flush(4);
            List<String> together = read(log, new Query(true, true, null, null, -1, false, true));
            assertEquals(List.of("1a\nb\n", "2error\n", "1half\nc\n", "1" + "x".repeat(LineSplitter.PART), "1x"), together);
            assertEquals(List.of("1c\n", "1" + "x".repeat(LineSplitter.PART), "1x"), read(log, new Query(true, true, null, null, 3, false, true)));
        }
    }

    @Test
    void whatNeverReachedTheGuestIsForgottenInEveryList() throws Exception {
        Path directory = base.resolve("l");
        try (ContainerLog log = new ContainerLog(directory, LogLimits.NONE)) {
            log.begin(1);
            out(log, 1, 1, "out\n");
            log.grant(1, 3, 100);
            log.grant(2, 4, 200);
            log.input(5, 300, false);
            log.grant(1, 6, 101);
            log.grant(2, 7, 201);
            log.input(8, 301, true);
        }
        try (ContainerLog log = new ContainerLog(directory, LogLimits.NONE)) {
            log.resume(5);
            log.input(6, 302, false); // The number of a frame that was never sent is given again, in another list.
            out(log, 1, 2, "more\n");
            log.flush(2);
        }
        try (ContainerLog log = new ContainerLog(directory, LogLimits.NONE)) {
            assertEquals(100, log.state().granted(1, 9));
            assertEquals(200, log.state().granted(2, 9));
            assertEquals(302, log.state().input(9));
            assertFalse(log.state().inputEnded(9));
            assertEquals(9, log.state().received(1));
            assertEquals(2, log.state().taken());
            long before = Files.size(directory.resolve("0000000001.log"));
            log.resume(6);
            assertEquals(before, Files.size(directory.resolve("0000000001.log")));
            assertEquals(List.of("1out\n", "1more\n"), read(log, all(-1)));
        }
    }

    @Test
    void aHalfWrittenRecordIsCutOffAtEveryOctet() throws Exception {
        Path directory = base.resolve("l");
        try (ContainerLog log = new ContainerLog(directory, LogLimits.NONE)) {
            log.begin(1);
            out(log, 1, 1, "first\n");
            log.flush(1);
        }
        Path file = directory.resolve("0000000001.log");
        long whole = Files.size(file);
        try (ContainerLog log = new ContainerLog(directory, LogLimits.NONE)) {
            out(log, 1, 2, "second\n");
            log.grant(1, 9, 1234);
        }
        byte[] octets = Files.readAllBytes(file);
        for (int size = (int) whole; size < octets.length; size++) {
            Files.write(file, octets);
            try (FileChannel c = FileChannel.open(file, StandardOpenOption.WRITE)) {
                c.truncate(size);
            }
            try (ContainerLog log = new ContainerLog(directory, LogLimits.NONE)) {
                long taken = log.state().taken();
                assertEquals(size < whole + LogRecord.HEADER + 7 ? 1 : 2, taken, "at " + size);
                assertEquals(0, log.state().granted(1, 100));
                out(log, 1, taken + 1, "next\n");
                log.flush(taken + 1);
                assertEquals("1next\n", read(log, all(-1)).getLast());
            }
        }
    }

    @Test
    void whatTheLinkNeedsSurvivesSegmentsAndReopening() throws Exception {
        LogLimits small = new LogLimits(2_000, 3);
        Path directory = base.resolve("l");
        long number = 0;
        try (ContainerLog log = new ContainerLog(directory, small)) {
            log.begin(7);
            for (int i = 0; i < 300; i++) {
                out(log, 1 + i % 2, ++number, "line " + i + "\n");
                if (i % 50 == 0) {
                    log.grant(1, i + 1, i * 100L);
                    log.credit(++number, 10);
                    log.input(i + 2, i, false);
                }
                log.flush(number);
            }
            log.flush(++number);
            assertTrue(Files.list(directory).toList().size() <= 3);
            assertEquals("2line 299\n", read(log, all(1)).getFirst());
            assertTrue(read(log, all(-1)).size() < 300);
        }
        try (ContainerLog log = new ContainerLog(directory, small)) {
            assertEquals(7, log.state().run());
            assertEquals(number, log.state().taken());
            assertEquals(60, log.state().credit());
            assertEquals(25_000, log.state().granted(1, 1_000));
            assertEquals(20_000, log.state().granted(1, 250));
            assertEquals(250, log.state().input(1_000));
            assertFalse(log.state().ended());
            log.end(number + 1, 9, true, 5);
            assertEquals(9, log.state().status());
            assertTrue(log.state().oom());
        }
    }

    @Test
    void followingEndsWithTheRunAndMissesNothing() throws Exception {
        try (ContainerLog log = new ContainerLog(base.resolve("l"), new LogLimits(1_000, 100))) {
            log.begin(1);
            List<String> lines = new ArrayList<>();
            Thread reader = Thread.ofVirtual().start(() -> {
                try {
                    lines.addAll(read(log, new Query(true, true, null, null, -1, true)));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (int i = 1; i <= 500; i++) {
                out(log, 1, i, "line " + i + "\n");
                log.flush(i);
            }
            log.end(501, 0, false, 0);
            reader.join();
            assertEquals(500, lines.size());
            assertEquals("1line 500\n", lines.getLast());
        }
    }

    @Test
    void longLinesComeInPartsAndTailCountsOverSegments() throws Exception {
        try (ContainerLog log = new ContainerLog(base.resolve("l"), new LogLimits(4_000, 1_000))) {
            log.begin(1);
            out(log, 1, 1, "x".repeat(40_000) + "\n");
            log.flush(1);
            assertEquals(List.of(16_384, 16_384, 7_233), read(log, all(-1)).stream().map(l -> l.length() - 1).toList());
            for (int i = 0; i < 1_000; i++) {
                out(log, 1, i + 2, "line " + i + "\n");
                log.flush(i + 2);
            }
            for (int tail : new int[] {1, 10, 99, 100, 500, 999, 1_000}) {
                List<String> lines = read(log, all(tail));
                assertEquals(tail, lines.size());
                assertEquals("1line " + (1_000 - tail) + "\n", lines.getFirst());
            }
        }
    }

    @Test
    void optionsAreDockers() {
        assertEquals(LogLimits.NONE, LogLimits.of(Map.of()));
        LogLimits ten = LogLimits.of(Map.of("max-size", "10m", "max-file", "3"));
        assertTrue(ten.segment() * (ten.segments() - 1) >= 30L << 20);
        assertThrows(HyprException.class, () -> LogLimits.of(Map.of("max-file", "3")));
        assertThrows(HyprException.class, () -> LogLimits.of(Map.of("max-size", "ten")));
        assertThrows(HyprException.class, () -> LogLimits.of(Map.of("tags", "x")));
    }
}
