package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr network}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=network"})
public final class NetworkGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("ls", "network-ls"),
            Map.entry("list", "network-ls"),
            Map.entry("create", "network-create"),
            Map.entry("rm", "network-rm"),
            Map.entry("prune", "network-prune"),
            Map.entry("inspect", "network-inspect"));

    /** Names its commands. */
    public NetworkGroup() {
        super("network", "Manage networks", MEMBERS);
    }
}
