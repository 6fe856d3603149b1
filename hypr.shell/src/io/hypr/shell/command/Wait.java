package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr wait}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=wait"})
public final class Wait extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Wait(@Reference Containers containers) {
        super("wait");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        for (String name : words.rest()) {
            call.out().println(containers.await(name, Containers.Until.NOT_RUNNING));
            call.out().flush();
        }
        return null;
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
