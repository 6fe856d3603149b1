package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr gpu}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=gpu"})
public final class GpuGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("ls", "gpu-ls"),
            Map.entry("list", "gpu-ls"));

    /** Names its commands. */
    public GpuGroup() {
        super("gpu", "See the GPUs and other devices that containers can get", MEMBERS);
    }
}
