package io.hypr.shell.internal.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.ContainerFilters;
import io.hypr.shell.internal.ContainerTable;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.FakeCall;
import io.hypr.shell.internal.Fakes;

/** The rolling restart of examples/, against an engine that keeps a diary. */
class ExampleTest {

    private final List<ContainerInfo> containers = new ArrayList<>();
    private final List<String> diary = new ArrayList<>();
    private final FakeCall call = new FakeCall();
    private int failures;
    private Gogo gogo;

    @BeforeEach
    void start() {
        for (String name : List.of("web-1", "web-2", "db")) {
            containers.add(Fakes.container(name, ContainerState.RUNNING));
        }
        containers.get(2).spec.labels.put("tier", "back");
        gogo = new Gogo(containers);
        gogo.processor.removeCommand("hypr", "ps");
        gogo.add("ps", (c, words) -> {
            ContainerFilters f = ContainerFilters.parse(words.all("filter"));
            return ContainerTable.list(containers.stream().filter(x -> f.fits(x, containers)).toList(), "table", false);
        });
        gogo.add("restart", (c, words) -> {
            diary.add("restart " + words.rest().getFirst());
            return null;
        });
        gogo.add("logs", (c, words) -> {
            c.out().println("last words");
            return null;
        });
        gogo.add("exec", (c, words) -> {
            diary.add("ask " + words.rest().getFirst());
            if (failures-- > 0) {
                throw new Exit(1);
            }
            return null;
        });
        gogo.processor.addCommand("gogo", (Function) (session, words) -> diary.add("sleep"), "sleep");
    }

    @AfterEach
    void close() {
        gogo.close();
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        return new Script(gogo.processor, Fakes.log()).run(call, "rolling.gogo", Files.readString(Path.of("../examples/rolling.gogo")), List.of(arguments));
    }

    @Test
    void restartsThoseOfANameOneAfterAnotherAndWaitsForEach() throws Exception {
        failures = 2;
        assertEquals(0, run("web-"), call.errors());
        assertEquals(List.of("restart web-1", "ask web-1", "sleep", "ask web-1", "sleep", "ask web-1", "restart web-2", "ask web-2"), diary);
        assertTrue(call.output().endsWith("All restarted\n"), call.output());
    }

    @Test
    void restartsThoseOfALabel() throws Exception {
        assertEquals(0, run("label=tier=back"), call.errors());
        assertEquals(List.of("restart db", "ask db"), diary);
    }

    @Test
    void stopsAtOneThatDoesNotComeBack() throws Exception {
        failures = 1000;
        assertEquals(1, run("web-"), call.errors());
        assertTrue(call.output().contains("web-1 does not answer") && call.output().contains("last words"), call.output());
        assertTrue(!diary.contains("restart web-2"));
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assertEquals(2, run());
        assertTrue(call.output().contains("Which containers?"), call.output());
        assertEquals(2, run("nothing"));
        assertTrue(call.output().contains("No running container fits name=^nothing."), call.output());
        assertEquals(List.of(), diary);
    }
}
