package io.hypr.shell.command;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ImageView;
import io.hypr.shell.internal.Inspection;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr image inspect}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=image-inspect"})
public final class ImageInspect extends Command {

    private final Images images;

    /**
     * @param images the images
     */
    @Activate
    public ImageInspect(@Reference Images images) {
        super("image inspect");
        this.images = images;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        return Inspection.run(call, words.rest(), words.get("format"), Inspection.DAEMON, name -> ImageView.of(Names.find(images, name)));
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
