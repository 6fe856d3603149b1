package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr port}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=port"})
public final class Port extends Command {

    private final Containers containers;

    /**
     * @param containers the engine
     */
    @Activate
    public Port(@Reference Containers containers) {
        super("port");
        this.containers = containers;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        ContainerInfo c = containers.inspect(words.rest().getFirst());
        if (words.rest().size() == 1) {
            StringBuilder text = new StringBuilder();
            c.published.forEach(p -> text.append(p.containerPort).append('/').append(p.protocol).append(" -> ").append(host(p)).append('\n'));
            return new Listing<>(c.published, text.toString());
        }
        String number = words.rest().get(1).replaceFirst("/.*", "");
        if (!number.matches("[0-9]{1,5}")) {
            throw new InputException("Error: invalid port (" + number + "): strconv.ParseUint: parsing \"" + number + "\": invalid syntax");
        }
        String wanted = words.rest().get(1).contains("/") ? words.rest().get(1) : words.rest().get(1) + "/tcp";
        List<ContainerInfo.Publication> found = c.published.stream().filter(p -> wanted.equals(p.containerPort + "/" + p.protocol)).toList();
        if (found.isEmpty()) {
            throw new InputException("Error: No public port '" + words.rest().get(1) + "' published for " + words.rest().getFirst());
        }
        return new Listing<>(found, String.join("\n", found.stream().map(Port::host).toList()) + "\n");
    }

    private static String host(ContainerInfo.Publication p) {
        return (p.hostAddress.contains(":") ? "[" + p.hostAddress + "]" : p.hostAddress) + ":" + p.hostPort;
    }

    @Override
    public Completion completion() {
        return Completion.RUNNING;
    }
}
