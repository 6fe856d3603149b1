package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Confirmation;
import io.hypr.shell.internal.Pruning;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr container prune}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=container-prune"})
public final class ContainerPrune extends Command {

    private final Containers containers;
    private final Insides insides;

    /**
     * @param containers the engine
     * @param insides the engine
     */
    @Activate
    public ContainerPrune(@Reference Containers containers,
            @Reference Insides insides) {
        super("container prune");
        this.containers = containers;
        this.insides = insides;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Pruning pruning = new Pruning(words, true);
        if (!words.is("force") && !Confirmation.given(call, "This will remove all stopped containers.")) {
            return null;
        }
        return pruning.containers(containers, insides).total();
    }
}
