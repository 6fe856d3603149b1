package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr system}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=system"})
public final class SystemGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("info", "info"),
            Map.entry("df", "system-df"),
            Map.entry("prune", "system-prune"),
            Map.entry("events", "events"));

    /** Names its commands. */
    public SystemGroup() {
        super("system", "Ask for the engine and its host", MEMBERS);
    }
}
