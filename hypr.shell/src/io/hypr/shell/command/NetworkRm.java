package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Networks;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Each;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr network rm}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=network-rm"})
public final class NetworkRm extends Command {

    private final Networks networks;

    /**
     * @param networks the engine
     */
    @Activate
    public NetworkRm(@Reference Networks networks) {
        super("network rm");
        this.networks = networks;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean force = words.is("force");
        List<String> names = words.rest().stream().filter(n -> !force || isThere(n)).toList();
        return Each.run(call, names, networks::remove);
    }

    private boolean isThere(String name) {
        try {
            networks.inspect(name);
            return true;
        } catch (HyprException e) {
            return e.code() != ErrorCode.NOT_FOUND;
        }
    }

    @Override
    public Completion completion() {
        return Completion.NETWORK;
    }
}
