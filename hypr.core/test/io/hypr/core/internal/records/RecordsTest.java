package io.hypr.core.internal.records;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class RecordsTest {

    @TempDir
    Path home;

    @Test
    void addressesHaveOneOwnerAndCountersGoOn() throws SQLException {
        long counted;
        try (Records records = new Records(home, point -> { })) {
            assertTrue(records.lease("n", "172.30.0.2", "a"));
            assertTrue(records.lease("n", "172.30.0.2", "a"));
            assertFalse(records.lease("n", "172.30.0.2", "b"));
            long clock = System.currentTimeMillis();
            counted = records.next("ports");
            assertTrue(counted >= clock, "above what a lost database gave out");
            assertTrue(records.next("ports") > counted);
        }
        try (Records records = new Records(home, point -> { })) {
            assertEquals("a", records.owner("n", "172.30.0.2").orElseThrow());
            assertTrue(records.next("ports") > counted + 1);
            records.release("a");
            assertTrue(records.lease("n", "172.30.0.2", "b"));
            for (int i = 0; i < 1_100; i++) {
                records.putEvent("{\"n\":" + i + "}");
            }
            assertEquals(1_000, records.events().size());
            assertEquals("{\"n\":100}", records.events().getFirst());
        }
        try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("hypr.db"));
            ResultSet r = c.createStatement().executeQuery("SELECT count(*) FROM event")) {
            assertTrue(r.getInt(1) <= 1_100, "older events go");
        }
    }

    @Test
    void afterAFullDiskItGoesOn() throws Exception {
        Path small = Files.createDirectory(home.resolve("small"));
        assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString()) == 0, "Only root can make a small disk.");
        try (Records records = new Records(small, point -> { })) {
            records.putEvent("{}");
            Path filler = small.resolve("filler");
            assertThrows(IOException.class, () -> Files.write(filler, new byte[1 << 20]));
            HyprException e = assertThrows(HyprException.class, () -> {
                while (true) {
                    records.lease("n", "172.30.0.2", "a");
                    records.release("a");
                }
            });
            assertEquals(ErrorCode.EXHAUSTED, e.code(), e::getMessage);
            assertThrows(HyprException.class, () -> records.putEvent("{\"large\":\"" + "x".repeat(100_000) + "\"}"));
            Files.delete(filler);
            assertTrue(records.lease("n", "172.30.0.3", "b"));
            assertEquals("b", records.owner("n", "172.30.0.3").orElseThrow());
            records.putEvent("{}");
        } finally {
            run("umount", small.toString());
        }
    }

    private static int run(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    }

    @Test
    void aDamagedDatabaseIsKeptAsideAndTheWayBackIsSaid() throws Exception {
        Files.writeString(home.resolve("hypr.db"), "this is no database ".repeat(1_000));
        HyprException e = assertThrows(HyprException.class, () -> new Records(home, point -> { }).close());
        assertEquals(ErrorCode.CORRUPT, e.code());
        try (Stream<Path> files = Files.list(home)) {
            Path kept = files.filter(f -> f.getFileName().toString().startsWith("hypr.db.corrupt-")).findFirst().orElseThrow();
            assertTrue(e.getMessage().contains(kept.toString()), e.getMessage());
            assertTrue(e.remedy().orElseThrow().contains("Put back a good copy"));
            assertTrue(Files.readString(kept).startsWith("this is no database"));
        }
        new Records(home, point -> { }).close();
    }

    @Test
    void recordsOfANewerEngineAreRefusedAndLeftAlone() throws Exception {
        new Records(home, point -> { }).close();
        try (var c = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("hypr.db")); var s = c.createStatement()) {
            s.executeUpdate("PRAGMA user_version = 99");
        }
        HyprException e = assertThrows(HyprException.class, () -> new Records(home, point -> { }).close());
        assertEquals(ErrorCode.UNSUPPORTED, e.code());
        assertTrue(Files.exists(home.resolve("hypr.db")));
    }

    @Test
    void aSecondEngineIsRefusedWithThePidOfTheFirst() {
        try (HomeLock first = new HomeLock(home)) {
            HyprException e = assertThrows(HyprException.class, () -> new HomeLock(home).close());
            assertEquals(ErrorCode.IN_USE, e.code());
            assertTrue(e.getMessage().contains("pid " + ProcessHandle.current().pid()), e.getMessage());
            assertEquals(HomeLock.class, first.getClass());
        }
        new HomeLock(home).close();
    }
}
