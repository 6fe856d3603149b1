package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.engine.Volumes;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerView;
import io.hypr.shell.internal.ImageView;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.NetworkView;
import io.hypr.shell.internal.VolumeView;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=inspect"})
public final class Inspect extends Command {

    private static final List<String> TYPES = List.of("container", "image", "network", "volume");

    private final Containers containers;
    private final Images images;
    private final Networks networks;
    private final Volumes volumes;

    /**
     * @param containers the containers
     * @param images the images
     * @param networks the networks
     * @param volumes the volumes
     */
    @Activate
    public Inspect(@Reference Containers containers, @Reference Images images, @Reference Networks networks, @Reference Volumes volumes) {
        super("inspect");
        this.containers = containers;
        this.images = images;
        this.networks = networks;
        this.volumes = volumes;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String type = words.get("type").orElse("");
        if (!type.isEmpty() && !TYPES.contains(type)) {
            throw new InputException("unknown type: \"" + type + "\": must be one of \"" + String.join("\", \"", TYPES) + '"');
        }
        return Inspection.run(call, words.rest(), words.get("format"), type.isEmpty() ? "Error: " : Inspection.DAEMON,
                name -> type.isEmpty() ? any(name) : find(name, type));
    }

    private Object any(String name) {
        for (String type : TYPES) {
            try {
                return find(name, type);
            } catch (HyprException e) {
                if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.INVALID) {
                    throw e;
                }
            }
        }
        throw new HyprException(ErrorCode.NOT_FOUND, "No such object: " + name);
    }

    private Object find(String name, String type) {
        return switch (type) {
            case "container" -> ContainerView.of(containers.inspect(name));
            case "image" -> ImageView.of(Names.find(images, name));
            case "network" -> NetworkView.of(networks.inspect(name), containers.list());
            default -> VolumeView.of(volumes.inspect(name));
        };
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
