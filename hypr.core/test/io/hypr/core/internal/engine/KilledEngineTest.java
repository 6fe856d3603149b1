package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers.Until;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Logs;

/** kill -9 of the engine's process at moments that nobody chose, while a container writes as fast as it can. */
@Timeout(180)
class KilledEngineTest {

    private static final int LINES = 150_000;
    private static final int KILLS = 8;

    @TempDir
    Path base;
    private int written;

    private synchronized void wrote(int line) {
        written = line;
        notifyAll();
    }

    private synchronized void awaitWritten(int line) throws InterruptedException {
        while (written < line) {
            wait();
        }
    }

    @Test
    void noLineIsLostOrDoubledHoweverOftenTheEngineIsKilled() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (FakeHost host = new FakeHost(base)) {
            host.programs.put("lines", p -> {
                for (int i = 0; i < LINES; i++) {
                    if (i % 3 == 2) {
                        p.err("line " + i + "\n");
                    } else {
                        p.out("line " + i + "\n");
                    }
                    wrote(i);
                }
                return 3;
            });
            Process first = EngineProcess.start(base, host.socket, "create", "lines");
            String id = line(first);
            kill(first);
            List<Integer> moments = new ArrayList<>(random.ints(KILLS, 0, LINES - 40_000).sorted().boxed().toList());
            for (int moment : moments) {
                Process engine = EngineProcess.start(base, host.socket);
                // What the guest holds back when nobody takes it is about 10,000 lines: so far it comes in any case.
                awaitWritten(moment);
                kill(engine);
            }
            Engine last = Fakes.engine(base, host.socket, point -> { }, null);
            last.open();
            try {
                ContainerService containers = new ContainerService(() -> last);
                assertEquals(3, containers.await(id, Until.NOT_RUNNING), "seed " + seed);
                List<List<String>> lines = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
                new LogService(() -> last).read(id, new Logs.Query(true, true, null, null, -1, false),
                    (stream, time, bytes) -> lines.get(stream).add(new String(bytes, StandardCharsets.UTF_8)));
                List<List<String>> expected = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
                for (int i = 0; i < LINES; i++) {
                    expected.get(i % 3 == 2 ? 2 : 1).add("line " + i + "\n");
                }
                assertTrue(expected.equals(lines), () -> "seed " + seed + ": " + difference(expected, lines));
                ContainerInfo info = containers.inspect(id);
                assertEquals(ContainerState.EXITED, info.state);
                assertEquals(FakeHost.NOTHING, host.leftovers());
            } finally {
                last.close();
            }
        }
    }

    private static String difference(List<List<String>> expected, List<List<String>> lines) {
        for (int s = 1; s < 3; s++) {
            for (int i = 0; i < expected.get(s).size(); i++) {
                if (i >= lines.get(s).size() || !expected.get(s).get(i).equals(lines.get(s).get(i))) {
                    return "stream " + s + ", line " + i + ": expected " + expected.get(s)
                            .get(i) + " but was " + (i < lines.get(s).size() ? lines.get(s).get(i) : "nothing");
                }
            }
        }
        return "more lines than were written";
    }

    private static String line(Process p) throws java.io.IOException {
        return new BufferedReader(new InputStreamReader(p.getInputStream())).readLine();
    }

    private static void kill(Process p) throws InterruptedException {
        p.destroyForcibly();
        p.waitFor();
    }
}
