package io.hypr.shell.command;

import java.io.PrintStream;
import java.time.Instant;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.engine.Logs;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.LogDetails;
import io.hypr.shell.internal.Moments;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr logs}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=logs"})
public final class LogsCommand extends Command {

    private final Logs logs;
    private final Containers containers;

    /**
     * @param logs the engine
     * @param containers the engine
     */
    @Activate
    public LogsCommand(@Reference Logs logs, @Reference Containers containers) {
        super("logs");
        this.containers = containers;
        this.logs = logs;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        ContainerInfo container = containers.inspect(words.rest().getFirst()); // Without it nothing else matters.
        Instant since = moment(words, "since");
        Instant until = moment(words, "until");
        boolean follow = words.is("follow");
        boolean times = words.is("timestamps");
        String details = words.is("details") ? LogDetails.of(container) + " " : "";
        PrintStream out = call.out();
        PrintStream err = call.err();
        boolean together = !times && details.isEmpty();
        Logs.Query query = new Logs.Query(true, true, since, until, tail(words.get("tail").orElse("all")), follow, together);
        logs.read(container.id, query, (stream, time, bytes) -> {
            PrintStream to = stream == 1 ? out : err;
            if (times) {
                to.print(Moments.nanos(time) + " ");
            }
            if (!details.isEmpty()) {
                to.print(details);
            }
            to.write(bytes, 0, bytes.length);
            if (follow) {
                to.flush();
            }
        });
        return null;
    }

    private static Instant moment(Words words, String option) {
        try {
            return words.get(option).map(Moments::parse).orElse(null);
        } catch (InputException e) {
            throw new InputException("invalid value for \"" + option + "\": " + e.getMessage(), e);
        }
    }

    private static int tail(String text) {
        if (text.equals("all")) {
            return -1;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new UsageException("invalid value for \"tail\": " + text + " is neither a number nor \"all\"");
        }
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
