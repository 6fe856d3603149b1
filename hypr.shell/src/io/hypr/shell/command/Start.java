package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Attachment;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.DetachKeys;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.SignalProxy;
import io.hypr.shell.internal.Streams;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr start}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=start"})
public final class Start extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Start(@Reference Containers containers) {
        super("start");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        if (!words.is("attach") && !words.is("interactive")) {
            return Each.run(call, words.rest(), containers::start);
        }
        if (words.rest().size() > 1) {
            throw new UsageException("you cannot start and attach multiple containers at once");
        }
        String keys = DetachKeys.of(words);
        ContainerInfo c = containers.inspect(words.rest().getFirst());
        boolean input = words.is("interactive") && c.spec.openStdin;
        try (Streams s = new Streams(call, c.spec.tty, input); Attachment process = containers.attach(c.id, s.output(true, true), input)) {
            SignalProxy signals = new SignalProxy(containers, c.id);
            if (!c.spec.tty) {
                call.onSignal(signals);
            }
            containers.start(c.id);
            signals.started();
            int status = s.join(process, input, keys, new Streams.Control(
                    c.spec.tty ? null : signals, c.spec.tty ? (rows, columns) -> containers.resize(c.id, rows, columns) : null));
            if (status > 0) {
                throw new Exit(status);
            }
            return null;
        }
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
