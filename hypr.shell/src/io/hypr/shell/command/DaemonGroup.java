package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr daemon}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=daemon"})
public final class DaemonGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("start", "daemon-start"),
            Map.entry("status", "daemon-status"),
            Map.entry("stop", "daemon-stop"));

    /** Names its commands. */
    public DaemonGroup() {
        super("daemon", "Start, stop and ask for hyprd, the engine", MEMBERS);
    }
}
