package io.hypr.shell.command;

import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Component;

import io.hypr.shell.internal.Group;

/** {@code hypr image}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=image"})
public final class ImageGroup extends Group {

    private static final Map<String, String> MEMBERS = Map.ofEntries(
            Map.entry("ls", "images"),
            Map.entry("list", "images"),
            Map.entry("rm", "rmi"),
            Map.entry("pull", "pull"),
            Map.entry("tag", "tag"),
            Map.entry("prune", "image-prune"),
            Map.entry("inspect", "image-inspect"));

    /** Names its commands. */
    public ImageGroup() {
        super("image", "Manage images", MEMBERS);
    }
}
