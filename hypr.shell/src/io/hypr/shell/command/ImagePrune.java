package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Containers;
import io.hypr.engine.Events;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Confirmation;
import io.hypr.shell.internal.Pruning;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr image prune}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=image-prune"})
public final class ImagePrune extends Command {

    private final Images images;
    private final Containers containers;
    private final Events events;

    /**
     * @param images the engine
     * @param containers the engine
     * @param events the engine
     */
    @Activate
    public ImagePrune(@Reference Images images,
            @Reference Containers containers,
            @Reference Events events) {
        super("image prune");
        this.images = images;
        this.containers = containers;
        this.events = events;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Pruning pruning = new Pruning(words, true);
        boolean all = words.is("all");
        if (!words.is("force") && !Confirmation.given(call, "This will remove all "
            + (all ? "images without at least one container associated to them." : "dangling images."))) {
            return null;
        }
        return pruning.images(images, containers, events, all).total();
    }
}
