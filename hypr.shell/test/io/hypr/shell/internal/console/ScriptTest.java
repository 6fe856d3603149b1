package io.hypr.shell.internal.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.FakeCall;
import io.hypr.shell.internal.Fakes;

class ScriptTest {

    private final ContainerInfo web = Fakes.container("web", ContainerState.RUNNING);
    private final Gogo gogo = new Gogo(List.of(web, Fakes.container("db", ContainerState.EXITED)));
    private final FakeCall call = new FakeCall();

    @AfterEach
    void close() {
        gogo.close();
    }

    private int run(String text, String... arguments) throws InterruptedException {
        return new Script(gogo.processor, Fakes.log()).run(call, "x.gogo", text, List.of(arguments));
    }

    @Test
    void aStatementThatIsACommandOfOursPrints() throws Exception {
        assertEquals(0, run("hypr:ps\nps\nx = (ps)\nstop web\n"));
        assertEquals(2, call.output().split("CONTAINER ID", -1).length - 1, call.output());
        assertTrue(call.output().endsWith("stopped web\n"));
    }

    @Test
    void loopsAndConditionsSeeFieldsNotText() throws Exception {
        web.spec.labels.put("tier", "front");
        assertEquals(0, run("""
                # a comment
                count = 0
                each (hypr:ps) {
                    count = %(count + 1)
                    name = ($it name)
                    if { ($it state) equals running } {
                        echo "${name} runs, tier" ((($it spec) labels) tier)
                    } {
                        echo "${name} does not run"
                    }
                }
                echo "seen ${count}"
                while { %(count > 0) } { count = %(count - 1) }
                echo $count
                """));
        assertEquals("web runs, tier front\ndb does not run\nseen 2\n0\n", call.output());
    }

    @Test
    void argumentsAreVariables() throws Exception {
        assertEquals(0, run("echo $1\necho $2\necho $args\necho $0\n", "a", "b c"));
        assertEquals("a\nb c\na b c\nx.gogo\n", call.output());
    }

    @Test
    void itEndsAtTheFirstFailureWithItsStatusAndLine() throws Exception {
        assertEquals(1, run("echo one\n\nrm nothere\necho two\n"));
        assertEquals("one\n", call.output());
        assertEquals("Error response from daemon: No such container: nothere\nx.gogo, line 3: failed with status 1\n", call.errors());
    }

    @Test
    void statusesOfCommandsAndOfExitAreItsOwn() throws Exception {
        assertEquals(7, run("wait web\n"));
        assertEquals(125, run("rm --foo\n"));
        assertEquals(127, run("nosuchcommand\n"));
        assertEquals(3, run("exit 3\necho no\n"));
        assertEquals(4, run("each (ps) { exit 4 }\n"));
        assertEquals(0, run("exit\n"));
        assertEquals("", call.output());
    }

    @Test
    void aFailureCanBeCaught() throws Exception {
        assertEquals(0, run("try { rm nothere } { echo caught }\necho on\n"));
        assertEquals("caught\non\n", call.output());
    }

    @Test
    void brokenSyntaxIsToldBeforeAnythingRuns() throws Exception {
        assertEquals(2, run("echo one\nif { true } { echo two\n"));
        assertEquals("", call.output());
        assertTrue(call.errors().contains("Syntax") && call.errors().contains("x.gogo, line"), call.errors());
    }

    @Test
    void outputOfCommandsCanBePipedAndTaken() throws Exception {
        assertEquals(0, run("x = (stop web)\necho \"got ${x}\"\nps | pull nginx\n"));
        assertTrue(call.output().startsWith("got stopped web\nread CONTAINER ID"), call.output());
    }

    @Test
    void commandsReadWhatTheScriptsCallerTypes() throws Exception {
        call.in = new ByteArrayInputStream("typed\n".getBytes());
        assertEquals(0, run("pull nginx\n"));
        assertEquals("read typed\n", call.output());
    }

    @Test
    void aFirstLineForTheKernelIsAComment() throws Exception {
        assertEquals(0, run("#!/usr/bin/hypr shell\necho x\n"));
        assertEquals("x\n", call.output());
    }
}
