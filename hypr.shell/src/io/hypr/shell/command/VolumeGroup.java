package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr volume}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=volume"})
public final class VolumeGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("ls", "volume-ls"),
            Map.entry("list", "volume-ls"),
            Map.entry("create", "volume-create"),
            Map.entry("rm", "volume-rm"),
            Map.entry("remove", "volume-rm"),
            Map.entry("inspect", "volume-inspect"),
            Map.entry("prune", "volume-prune"));

    /** Names its commands. */
    public VolumeGroup() {
        super("volume", "Manage volumes", MEMBERS);
    }
}
