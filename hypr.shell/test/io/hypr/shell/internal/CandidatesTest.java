package io.hypr.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;

import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.engine.ContainerState;
import io.hypr.shell.internal.grammar.Words;

class CandidatesTest {

    private static final class Named extends Command {
        private final Completion kind;

        Named(String name, Completion kind) {
            super(name);
            this.kind = kind;
        }

        @Override
        protected Object run(Call call, Words words) {
            return null;
        }

        @Override
        public Completion completion() {
            return kind;
        }
    }

    private static final class Networks extends Group {
        Networks() {
            super("network", "Manage networks", Map.of("ls", "network-ls", "rm", "network-rm"));
        }
    }

    private static List<String> complete(String line) {
        CommandProcessorImpl processor = new CommandProcessorImpl();
        processor.addCommand("hypr", new Named("run", Command.Completion.IMAGE), "run");
        processor.addCommand("hypr", new Named("stop", Command.Completion.RUNNING), "stop");
        processor.addCommand("hypr", new Named("rm", Command.Completion.CONTAINER), "rm");
        processor.addCommand("hypr", new Named("exec", Command.Completion.RUNNING), "exec");
        processor.addCommand("hypr", new Named("rename", Command.Completion.CONTAINER), "rename");
        processor.addCommand("hypr", new Named("network ls", Command.Completion.NOTHING), "network-ls");
        processor.addCommand("hypr", new Named("network rm", Command.Completion.NETWORK), "network-rm");
        processor.addCommand("hypr", new Networks(), "network");
        Candidates c = new Candidates(Fakes.containers(List.of(Fakes.container("web", ContainerState.RUNNING), Fakes.container("web-old",
                ContainerState.EXITED))), Fakes.images(),
                Fakes.networks("bridge", "backend"));
        try (CommandSession session = processor.createSession(new ByteArrayInputStream(new byte[0]), OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream())) {
            return c.of(session, List.of(line.split("/", -1))).stream().map(Candidates.Candidate::word).toList();
        } finally {
            processor.stop();
        }
    }

    /** Words are parted by slashes; the last one is completed. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            r                       | rename rm run
            st                      | stop
            x                       | ``
            stop/                   | web
            rm/                     | web web-old
            rm/web-                 | web-old
            rm/-f/                  | web web-old
            rm/web/                 | web web-old
            rm/--fo                 | --force
            exec/web/               | ``
            exec/web/-              | ``
            exec/-e/                | ``
            rename/a/b/             | ``
            run/--network/b         | bridge backend
            run/--network=br        | --network=bridge
            run/-it/--pull/         | always missing never
            run/--pull=a            | --pull=always
            run/--name/x/--rest     | --restart
            run/-itp/               | ``
            run/--rm/--interac      | --interactive
            network/                | ls rm
            network/rm/ba           | backend
            network/ls/--q          | --quiet
            """)
    void completes(String line, String expected) {
        assertEquals(expected, String.join(" ", complete(line)));
    }

    @Test
    void nothingIsTypedYet() {
        assertEquals(List.of("exec", "network", "rename", "rm", "run", "stop"), complete(""));
    }
}
