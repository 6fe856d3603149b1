package io.hypr.shell.command;

import java.util.ArrayList;
import java.util.List;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerFilters;
import io.hypr.shell.internal.ContainerSize;
import io.hypr.shell.internal.ContainerTable;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr ps}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=ps"})
public final class Ps extends Command {

    private final Containers containers;
    private final Insides insides;
    private final Images images;

    /**
     * @param containers the engine
     * @param insides the engine
     * @param images the images
     */
    @Activate
    public Ps(@Reference Containers containers, @Reference Insides insides, @Reference Images images) {
        super("ps");
        this.containers = containers;
        this.insides = insides;
        this.images = images;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        List<ContainerInfo> everything = containers.list();
        ContainerFilters filters = ContainerFilters.parse(words.all("filter")).among(everything).with(name -> images.find(name).map(Image::id));
        int last = words.is("latest") ? 1 : words.number("last", -1);
        boolean all = words.is("all") || last > 0 || filters.choosesStates();
        List<ContainerInfo> shown = new ArrayList<>();
        for (ContainerInfo c : everything) {
            if ((all || isUp(c.state)) && filters.fits(c, everything) && (last <= 0 || shown.size() < last)) {
                shown.add(c);
            }
        }
        boolean full = words.is("no-trunc");
        if (words.is("quiet")) {
            if (words.has("format")) {
                call.err().println("WARNING: Ignoring custom format, because both --format and --quiet are set.");
            }
            StringBuilder ids = new StringBuilder();
            shown.forEach(c -> ids.append(full ? c.id : Names.brief(c.id)).append('\n'));
            return new Listing<>(shown, ids.toString());
        }
        String format = words.get("format").orElse("table");
        if (words.is("size") || ContainerTable.showsSizes(format)) {
            return ContainerTable.list(shown, format, full, c -> ContainerSize.of(c, insides, images));
        }
        return ContainerTable.list(shown, format, full);
    }

    private static boolean isUp(ContainerState s) {
        return s == ContainerState.RUNNING || s == ContainerState.PAUSED || s == ContainerState.RESTARTING;
    }
}
