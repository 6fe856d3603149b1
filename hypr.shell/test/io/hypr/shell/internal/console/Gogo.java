package io.hypr.shell.internal.console;

import java.util.List;

import org.apache.felix.gogo.jline.Procedural;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

import io.hypr.engine.ContainerInfo;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.Formats;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerTable;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.grammar.Words;

/** The real Gogo runtime with a few commands, some under names of others. */
final class Gogo implements AutoCloseable {

    final CommandProcessorImpl processor = new CommandProcessorImpl();

    /** What a command does. */
    interface Body {
        Object run(Call call, Words words) throws Exception;
    }

    private static final class Made extends Command {
        private final Body body;

        Made(String name, Body body) {
            super(name);
            this.body = body;
        }

        @Override
        protected Object run(Call call, Words words) throws Exception {
            return body.run(call, words);
        }

        @Override
        public Completion completion() {
            return Completion.CONTAINER;
        }
    }

    Gogo(List<ContainerInfo> containers) {
        processor.addConverter(new Formats());
        Procedural procedural = new Procedural();
        for (String f : List.of("each", "if", "not", "throw", "try", "until", "while", "break", "continue")) {
            processor.addCommand("gogo", procedural, f);
        }
        processor.addCommand("gogo", (Function) Gogo::echo, "echo");
        add("ps", (call, words) -> ContainerTable.list(containers, "table", false));
        add("rm", (call, words) -> {
            throw new HyprException(ErrorCode.NOT_FOUND, "No such container: " + words.rest().getFirst());
        });
        add("wait", (call, words) -> {
            throw new Exit(7);
        });
        add("stop", (call, words) -> {
            call.out().println("stopped " + String.join(" ", words.rest()));
            return null;
        });
        add("pull", (call, words) -> {
            call.out().println("read " + new String(call.in().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip() + (call.isTerminal(0)
                    ? " from a terminal" : ""));
            return null;
        });
    }

    void add(String name, Body body) {
        processor.addCommand("hypr", new Made(name, body), name);
    }

    private static Object echo(CommandSession session, List<Object> words) {
        org.apache.felix.service.command.Process.Utils.current().out().println(String.join(" ", words.stream().map(String::valueOf).toList()));
        return null;
    }

    @Override
    public void close() {
        processor.stop();
    }
}
