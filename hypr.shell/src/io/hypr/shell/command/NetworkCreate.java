package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Networks;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerOptions;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr network create}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=network-create"})
public final class NetworkCreate extends Command {

    private final Networks networks;

    /**
     * @param networks the engine
     */
    @Activate
    public NetworkCreate(@Reference Networks networks) {
        super("network create");
        this.networks = networks;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Networks.Network n = new Networks.Network();
        n.name = words.rest().getFirst();
        n.driver = words.get("driver").orElse(null);
        n.subnet = words.get("subnet").orElse(null);
        n.gateway = words.get("gateway").orElse(null);
        n.internal = words.is("internal");
        words.all("opt").forEach(o -> ContainerOptions.pair(n.options, o));
        words.all("label").forEach(l -> ContainerOptions.pair(n.labels, l));
        try {
            return networks.create(n).id;
        } catch (HyprException e) {
            // Docker's client holds gateways against subnets itself.
            throw n.gateway != null && e.code() == ErrorCode.INVALID ? new InputException(e.getMessage(), e) : e;
        }
    }
}
