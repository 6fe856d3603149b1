package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Output;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

class TraceTest {

    private static List<String> lines(Trace trace) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        trace.print(new PrintStream(printed, true, StandardCharsets.UTF_8));
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static List<String> names(Trace trace) {
        return lines(trace).stream().skip(1).map(l -> l.substring(21)).toList();
    }

    @Test
    void itCountsFromTheClientsExec() {
        Trace trace = new Trace(true, Map.of("HYPR_BEGUN", Long.toString(System.nanoTime() - 50_000_000)));
        List<String> lines = lines(trace);
        assertEquals("       AT      TOOK  STEP", lines.get(0));
        assertTrue(lines.get(1).matches(" +0\\.0 +[5-9][0-9.]*[0-9]  client"), lines.get(1));
    }

    @Test
    void whatNobodyCanHaveSentIsPassedOver() {
        for (String sent : List.of("", "x", "-1", "1".repeat(30), Long.toString(System.nanoTime() + 3_600_000_000_000L))) {
            String client = lines(new Trace(true, Map.of("HYPR_BEGUN", sent))).get(1);
            assertTrue(client.matches(" +0\\.0 +0\\.0  client"), sent + ": " + client);
        }
    }

    @Test
    void stepsStandInTheOrderInWhichTheyBegan() throws Exception {
        Trace trace = new Trace(true, Map.of());
        assertEquals(7, trace.step("create", () -> 7));
        trace.start(() -> { }, () -> List.of(
                new ContainerInfo.Step("start.launch", 1_000_000, 52_300), new ContainerInfo.Step("start.hello", 1_052_300, 16_000)));
        List<String> names = names(trace);
        assertEquals(List.of("client", "create", "start", "  start.launch", "  start.hello"), names);
        assertTrue(lines(trace).stream().anyMatch(l -> l.matches(" +10[0-9]{2}\\.[0-9] +52\\.3    start\\.launch")), () -> lines(trace).toString());
    }

    @Test
    void aStepThatFailsCountsAndSaysSo() {
        Trace trace = new Trace(true, Map.of());
        assertThrows(HyprException.class, () -> trace.start(() -> {
            throw new HyprException(ErrorCode.INTERNAL, "no");
        }, List::of));
        assertEquals(List.of("client", "start"), names(trace));
    }

    @Test
    void aContainerThatIsGoneHasNoSteps() throws Exception {
        Trace trace = new Trace(true, Map.of());
        trace.start(() -> { }, () -> {
            throw new HyprException(ErrorCode.NOT_FOUND, "gone");
        });
        assertEquals(List.of("client", "start"), names(trace));
    }

    @Test
    void whatNobodySeesIsNotAskedFor() throws Exception {
        Trace trace = new Trace(false, Map.of());
        trace.start(() -> { }, () -> {
            throw new AssertionError("asked");
        });
        assertEquals(List.of("client", "start"), names(trace));
    }

    @Test
    void theFirstOutputIsNotedOnce() throws Exception {
        Trace trace = new Trace(true, Map.of());
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        Output output = trace.first((stream, bytes, offset, length) -> seen.write(bytes, offset, length));
        output.write(1, "one".getBytes(StandardCharsets.UTF_8), 0, 3);
        output.write(2, "two".getBytes(StandardCharsets.UTF_8), 0, 3);
        assertEquals("onetwo", seen.toString(StandardCharsets.UTF_8));
        assertEquals(List.of("client", "first output"), names(trace));
    }
}
