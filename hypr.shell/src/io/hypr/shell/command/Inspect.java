package io.hypr.shell.command;

import java.util.List;
import java.util.Optional;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Networks;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerView;
import io.hypr.shell.internal.ImageView;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.NetworkView;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=inspect"})
public final class Inspect extends Command {

    private final Containers containers;
    private final Images images;
    private final Networks networks;

    /**
     * @param containers the containers
     * @param images the images
     * @param networks the networks
     */
    @Activate
    public Inspect(@Reference Containers containers, @Reference Images images, @Reference Networks networks) {
        super("inspect");
        this.containers = containers;
        this.images = images;
        this.networks = networks;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String type = words.get("type").orElse("");
        if (!List.of("", "container", "image", "network").contains(type)) {
            throw new HyprException(ErrorCode.INVALID, "\"" + type + "\" is not a valid value for --type");
        }
        return Inspection.run(call, words.rest(), words.get("format"), name -> find(name, type));
    }

    private Object find(String name, String type) {
        Optional<Object> found = Optional.empty();
        if (type.isEmpty() || type.equals("container")) {
            found = attempt(() -> ContainerView.of(containers.inspect(name)));
        }
        if (found.isEmpty() && (type.isEmpty() || type.equals("image"))) {
            found = images.find(name).map(ImageView::of);
        }
        if (found.isEmpty() && (type.isEmpty() || type.equals("network"))) {
            found = attempt(() -> NetworkView.of(networks.inspect(name), containers.list()));
        }
        return found.orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such " + (type.isEmpty() ? "object" : type) + ": " + name));
    }

    private static Optional<Object> attempt(java.util.function.Supplier<Object> look) {
        try {
            return Optional.of(look.get());
        } catch (HyprException e) {
            if (e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
            return Optional.empty();
        }
    }

    @Override
    public Completion completion() {
        return Completion.CONTAINER;
    }
}
