package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Confirmation;
import io.hypr.shell.internal.Pruning;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr network prune}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=network-prune"})
public final class NetworkPrune extends Command {

    private final Networks networks;
    private final Containers containers;

    /**
     * @param networks the engine
     * @param containers the engine
     */
    @Activate
    public NetworkPrune(@Reference Networks networks,
            @Reference Containers containers) {
        super("network prune");
        this.networks = networks;
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Pruning pruning = new Pruning(words, true);
        if (!words.is("force") && !Confirmation.given(call, "This will remove all custom networks not used by at least one container.")) {
            return null;
        }
        return pruning.networks(networks, containers).names();
    }
}
