package io.hypr.shell.command;

import java.time.Instant;
import java.util.Map;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;
import io.hypr.image.Images;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr tag}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=tag"})
public final class Tag extends Command {

    private final Images images;
    private final Events events;

    /**
     * @param images the images
     * @param events hears of it
     */
    @Activate
    public Tag(@Reference Images images, @Reference Events events) {
        super("tag");
        this.images = images;
        this.events = events;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        try {
            images.tag(words.rest().get(0), words.rest().get(1));
        } catch (HyprException e) {
            throw e.code() == ErrorCode.INVALID ? Names.unparsable(e, words.rest()) : e;
        }
        events.publish(new EngineEvent(Instant.now(), "image", "tag", Names.find(images, words.rest().get(1)).id(),
                Map.of("name", Names.familiar(words.rest().get(1)))));
        return null;
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
