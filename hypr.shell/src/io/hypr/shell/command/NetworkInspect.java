package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.NetworkView;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr network inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=network-inspect"})
public final class NetworkInspect extends Command {

    private final Networks networks;
    private final Containers containers;

    /**
     * @param networks the networks
     * @param containers the containers in them
     */
    @Activate
    public NetworkInspect(@Reference Networks networks, @Reference Containers containers) {
        super("network inspect");
        this.networks = networks;
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Inspection.run(call, words.rest(), words.get("format"), Inspection.DAEMON, name -> NetworkView.of(networks.inspect(name), containers.list()));
    }

    @Override
    public Completion completion() {
        return Completion.NETWORK;
    }
}
