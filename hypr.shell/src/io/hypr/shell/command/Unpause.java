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

/** {@code hypr unpause}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=unpause"})
public final class Unpause extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Unpause(@Reference Containers containers) {
        super("unpause");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Each.run(call, words.rest(), containers::unpause);
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
