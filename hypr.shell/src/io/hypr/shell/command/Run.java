package io.hypr.shell.command;

import java.util.List;
import java.util.Locale;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Attachment;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.Containers;
import io.hypr.engine.Events;
import io.hypr.image.Images;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.DetachKeys;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.Creation;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.StartStatus;
import io.hypr.shell.internal.SignalProxy;
import io.hypr.shell.internal.Streams;
import io.hypr.shell.internal.Trace;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr run}: creates a container, attaches to it, starts it and ends as it ends. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=run"})
public final class Run extends Command {

    private static final int NOT_STARTED = 125;

    private final Containers containers;
    private final Creation creation;

    /**
     * @param containers the engine
     * @param images the images
     * @param events hears of pulls
     */
    @Activate
    public Run(@Reference Containers containers, @Reference Images images, @Reference Events events) {
        super("run");
        this.containers = containers;
        creation = new Creation(containers, images, events);
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Trace trace = new Trace(words.is("trace"), call.environment());
        try {
            return run(call, words, trace);
        } finally {
            if (words.is("trace")) {
                trace.print(call.err());
            }
        }
    }

    private Object run(Call call, Words words, Trace trace) throws Exception {
        boolean detach = words.is("detach");
        String keys = DetachKeys.of(words);
        ContainerSpec spec = ContainerOptions.read(call, words);
        List<String> streams = words.all("attach").stream().map(s -> s.toLowerCase(Locale.ROOT)).toList();
        check(call, words, spec, streams);
        spec.stdinOnce &= !detach;
        spec.attachStdin &= !detach;
        spec.attachStdout &= !detach;
        spec.attachStderr &= !detach;
        ContainerInfo made = trace.step("create", () -> creation.create(call, spec, words));
        if (detach) {
            start(made, trace);
            return made.id;
        }
        boolean input = spec.openStdin && (streams.isEmpty() || streams.contains("stdin"));
        try (Streams s = new Streams(call, spec.tty, input);
                Attachment process = containers.attach(
                        made.id, trace.first(s.output(
                        streams.isEmpty() || streams.contains("stdout"), streams.isEmpty() || streams.contains("stderr"))), input)) {
            boolean proxy = words.is("sig-proxy", true) && !spec.tty;
            SignalProxy signals = new SignalProxy(containers, made.id);
            if (proxy) {
                call.onSignal(signals);
            }
            start(made, trace);
            signals.started();
            int status = trace.step("run", () -> s.join(process, input, keys, new Streams.Control(
                    proxy ? signals : null, spec.tty ? (rows, columns) -> containers.resize(made.id, rows, columns) : null)));
            if (status > 0) {
                throw new Exit(status);
            }
            return null;
        }
    }

    private static void check(Call call, Words words, ContainerSpec spec, List<String> streams) {
        boolean detach = words.is("detach");
        if (detach && !streams.isEmpty()) {
            throw new UsageException("conflicting options: cannot specify both --attach and --detach");
        }
        if (!detach && spec.tty && spec.openStdin && !call.isTerminal(0)) {
            throw new UsageException("the input device is not a TTY");
        }
        for (String s : streams) {
            if (!List.of("stdin", "stdout", "stderr").contains(s)) {
                throw words.invalid("attach", s, "valid streams are STDIN, STDOUT and STDERR");
            }
        }
    }

    private void start(ContainerInfo made, Trace trace) throws Exception {
        try {
            trace.start(() -> containers.start(made.id), () -> containers.inspect(made.id).steps);
        } catch (HyprException e) {
            throw failed(made, e);
        }
    }

    /** A container that could not be started and was to be removed at its end is removed; the status says which kind of failure it was. */
    private RuntimeException failed(ContainerInfo made, HyprException e) {
        if (made.spec.autoRemove) {
            try {
                containers.remove(made.id, true);
            } catch (HyprException gone) {
                e.addSuppressed(gone);
            }
        }
        return new Exit(StartStatus.of(e, NOT_STARTED), e);
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
