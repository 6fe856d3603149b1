package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerView;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr container inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=container-inspect"})
public final class ContainerInspect extends Command {

    private final Containers containers;

    /**
     * @param containers the containers
     */
    @Activate
    public ContainerInspect(@Reference Containers containers) {
        super("container inspect");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Inspection.run(call, words.rest(), words.get("format"), Inspection.DAEMON, name -> ContainerView.of(containers.inspect(name)));
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
