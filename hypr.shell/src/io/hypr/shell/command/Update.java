package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerChange;
import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr update}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=update"})
public final class Update extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Update(@Reference Containers containers) {
        super("update");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        if (!words.hasOptions()) {
            throw new InputException("you must provide one or more flags when using this command");
        }
        ContainerChange change = ContainerOptions.change(words);
        return Each.run(call, words.rest(), name -> containers.update(name, change));
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
