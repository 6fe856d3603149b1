package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr kill}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=kill"})
public final class Kill extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Kill(@Reference Containers containers) {
        super("kill");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String signal = words.get("signal").filter(s -> !s.isEmpty()).orElse("KILL");
        return Each.run(call, words.rest(), name -> containers.kill(name, signal));
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
