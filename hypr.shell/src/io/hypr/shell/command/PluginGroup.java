package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr plugin}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=plugin"})
public final class PluginGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("install", "plugin-install"),
            Map.entry("ls", "plugin-ls"),
            Map.entry("list", "plugin-ls"),
            Map.entry("update", "plugin-update"),
            Map.entry("upgrade", "plugin-update"),
            Map.entry("rm", "plugin-rm"),
            Map.entry("remove", "plugin-rm"));

    /** Names its commands. */
    public PluginGroup() {
        super("plugin", "Manage plug-ins", MEMBERS);
    }
}
