package io.hypr.shell.command;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ImageTable;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr images}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=images"})
public final class ImagesCommand extends Command {

    private final Images images;

    /**
     * @param images the images
     */
    @Activate
    public ImagesCommand(@Reference Images images) {
        super("images");
        this.images = images;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        String only = words.rest().isEmpty() ? null : words.rest().getFirst();
        List<ImageTable.Row> rows = new ArrayList<>();
        for (Image i : images.list()) {
            ImageTable.rows(i, words.is("digests")).stream().filter(r -> r.fits(only) && ImageTable.fits(r, words.all("filter"), images)).forEach(rows::add);
        }
        return ImageTable.list(rows, words.get("format").orElse("table"), words.is("no-trunc"), words.is("quiet"), words.is("digests"));
    }

    @Override
    public Completion completion() {
        return Completion.IMAGE;
    }
}
