package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr rename}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=rename"})
public final class Rename extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Rename(@Reference Containers containers) {
        super("rename");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String from = words.rest().get(0);
        String to = words.rest().get(1);
        if (from.isBlank() || to.isBlank()) {
            throw new InputException("Error: Neither old nor new names may be empty");
        }
        containers.rename(from, to);
        return null;
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
