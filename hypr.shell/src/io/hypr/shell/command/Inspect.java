package io.hypr.shell.command;

import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.engine.Networks;
import io.hypr.engine.Volumes;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerSize;
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
    private final Insides insides;
    private final Images images;
    private final Networks networks;
    private final Volumes volumes;

    /**
     * @param containers the containers
     * @param insides the containers' disks
     * @param images the images
     * @param networks the networks
     * @param volumes the volumes
     */
    @Activate
    public Inspect(@Reference Containers containers, @Reference Insides insides, @Reference Images images, @Reference Networks networks,
            @Reference Volumes volumes) {
        super("inspect");
        this.containers = containers;
        this.insides = insides;
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
                name -> type.isEmpty() ? any(name, words.is("size")) : find(name, type, words.is("size")));
    }

    private Object any(String name, boolean sizes) {
        for (String type : TYPES) {
            try {
                return find(name, type, sizes);
            } catch (HyprException e) {
                if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.INVALID) {
                    throw e;
                }
            }
        }
        throw new HyprException(ErrorCode.NOT_FOUND, "No such object: " + name);
    }

    private Object find(String name, String type, boolean sizes) {
        return switch (type) {
            case "container" -> container(containers.inspect(name), sizes);
            case "image" -> ImageView.of(Names.find(images, name));
            case "network" -> NetworkView.of(networks.inspect(name), containers.list());
            default -> VolumeView.of(volumes.inspect(name));
        };
    }

    private Object container(ContainerInfo c, boolean sizes) {
        return ContainerView.of(c, sizes ? ContainerSize.of(c, insides, images) : null);
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
