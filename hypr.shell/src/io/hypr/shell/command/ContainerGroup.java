package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr container}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=container"})
public final class ContainerGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("ls", "ps"),
            Map.entry("list", "ps"),
            Map.entry("ps", "ps"),
            Map.entry("run", "run"),
            Map.entry("create", "create"),
            Map.entry("start", "start"),
            Map.entry("stop", "stop"),
            Map.entry("restart", "restart"),
            Map.entry("kill", "kill"),
            Map.entry("rm", "rm"),
            Map.entry("logs", "logs"),
            Map.entry("wait", "wait"),
            Map.entry("exec", "exec"),
            Map.entry("attach", "attach"),
            Map.entry("rename", "rename"),
            Map.entry("update", "update"),
            Map.entry("pause", "pause"),
            Map.entry("unpause", "unpause"),
            Map.entry("port", "port"),
            Map.entry("cp", "cp"),
            Map.entry("diff", "diff"),
            Map.entry("top", "top"),
            Map.entry("stats", "stats"),
            Map.entry("prune", "container-prune"),
            Map.entry("inspect", "container-inspect"));

    /** Names its commands. */
    public ContainerGroup() {
        super("container", "Manage containers", MEMBERS);
    }
}
