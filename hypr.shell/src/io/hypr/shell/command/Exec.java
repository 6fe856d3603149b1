package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Execs;
import io.hypr.engine.Output;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.DetachKeys;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.Exit;
import io.hypr.shell.internal.StartStatus;
import io.hypr.shell.internal.Streams;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr exec}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=exec"})
public final class Exec extends Command {

    private final Execs execs;
    private final Containers containers;

    /**
     * @param execs the engine
     * @param containers the engine
     */
    @Activate
    public Exec(@Reference Execs execs, @Reference Containers containers) {
        super("exec");
        this.execs = execs;
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String keys = DetachKeys.of(words);
        Execs.ExecSpec spec = new Execs.ExecSpec();
        spec.argv.addAll(words.rest().subList(1, words.rest().size()));
        spec.env.addAll(ContainerOptions.variables(call, words));
        spec.workingDir = words.get("workdir").orElse(null);
        spec.user = words.get("user").orElse(null);
        spec.tty = words.is("tty");
        spec.openStdin = words.is("interactive");
        spec.privileged = words.is("privileged");
        spec.rows = call.size().rows();
        spec.columns = call.size().columns();
        boolean detach = words.is("detach");
        String container = words.rest().getFirst();
        if (spec.tty && spec.openStdin && !detach && !call.isTerminal(0)) {
            containers.inspect(container); // Without it that does not matter.
            throw new UsageException("the input device is not a TTY");
        }
        try (Streams s = new Streams(call, spec.tty, spec.openStdin && !detach);
                Execs.Exec process = execs.exec(container, spec, detach ? Output.NONE : s.output(true, true))) {
            if (detach) {
                return null;
            }
            int status = s.join(process, spec.openStdin, keys,
                    new Streams.Control(null, spec.tty ? process::resize : null));
            s.tellDetached();
            if (status > 0) {
                throw new Exit(status);
            }
            return null;
        } catch (HyprException e) {
            throw new Exit(detach ? 1 : StartStatus.ofExec(e), e);
        }
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
