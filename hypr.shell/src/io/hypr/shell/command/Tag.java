package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr tag}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=tag"})
public final class Tag extends Command {

    private final Images images;

    /**
     * @param images the images
     */
    @Activate
    public Tag(@Reference Images images) {
        super("tag");
        this.images = images;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        images.tag(words.rest().get(0), words.rest().get(1));
        return null;
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
