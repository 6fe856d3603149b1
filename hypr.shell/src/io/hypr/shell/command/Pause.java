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

/** {@code hypr pause}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=pause"})
public final class Pause extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Pause(@Reference Containers containers) {
        super("pause");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Each.run(call, words.rest(), containers::pause);
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
