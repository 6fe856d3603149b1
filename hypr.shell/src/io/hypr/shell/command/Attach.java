package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Attachment;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.DetachKeys;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.SignalProxy;
import io.hypr.shell.internal.Streams;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr attach}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=attach"})
public final class Attach extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Attach(@Reference Containers containers) {
        super("attach");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String keys = DetachKeys.of(words);
        ContainerInfo c = containers.inspect(words.rest().getFirst());
        if (c.state == ContainerState.PAUSED) {
            throw new InputException("You cannot attach to a paused container, unpause it first");
        }
        if (c.state != ContainerState.RUNNING) {
            throw new InputException("You cannot attach to a stopped container, start it first");
        }
        if (c.spec.tty && !words.is("no-stdin") && !call.isTerminal(0)) {
            throw new UsageException("the input device is not a TTY");
        }
        boolean input = c.spec.openStdin && !words.is("no-stdin");
        boolean proxy = words.is("sig-proxy", true) && !c.spec.tty;
        SignalProxy signals = new SignalProxy(containers, c.id);
        signals.started();
        if (proxy) {
            call.onSignal(signals); // Before the first output: a caller who has seen some knows that it is attached.
        }
        try (Streams s = new Streams(call, c.spec.tty, input); Attachment process = containers.attach(c.id, s.output(true, true), input)) {
            int status = s.join(process, input, keys, new Streams.Control(
                    proxy ? signals : null, c.spec.tty ? (rows, columns) -> containers.resize(c.id, rows, columns) : null));
            s.tellDetached();
            if (status > 0) {
                throw new Exit(status);
            }
            return null;
        }
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
