package io.hypr.shell.command;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.engine.Volumes;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.DiskUse;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr system df}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=system-df"})
public final class SystemDf extends Command {

    private final Images images;
    private final Containers containers;
    private final Insides insides;
    private final Volumes volumes;

    /**
     * @param images the images
     * @param containers the engine
     * @param insides the engine
     * @param volumes the engine
     */
    @Activate
    public SystemDf(@Reference Images images, @Reference Containers containers, @Reference Insides insides, @Reference Volumes volumes) {
        super("system df");
        this.images = images;
        this.containers = containers;
        this.insides = insides;
        this.volumes = volumes;
    }

    /**
     * A line.
     *
     * @param type what is counted
     * @param total how many there are
     * @param active how many of them are used
     * @param size octets that all have
     * @param free octets that those have which nobody uses
     */
    record Row(String type, long total, long active, long size, long free) {
        String reclaimable() {
            return Human.size(free) + (size > 0 ? " (" + free * 100 / size + "%)" : "");
        }
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        if (words.is("verbose")) {
            return new DiskUse(images, containers, insides, volumes).list(words.get("format"));
        }
        List<ContainerInfo> all = containers.list();
        Set<String> used = all.stream().map(c -> c.imageId).collect(Collectors.toSet());
        List<Image> here = images.list();
        List<Volumes.Volume> stores = DiskUse.stores(volumes);
        Set<ContainerState> ups = Set.of(ContainerState.RUNNING, ContainerState.PAUSED, ContainerState.RESTARTING);
        List<ContainerInfo> up = all.stream().filter(c -> ups.contains(c.state)).toList();
        long disks = all.stream().mapToLong(c -> insides.disk(c.id)).sum();
        long kept = up.stream().mapToLong(c -> insides.disk(c.id)).sum();
        List<Row> rows = List.of(
            new Row("Images", here.size(), here.stream().filter(i -> used.contains(i.id())).count(), here.stream().mapToLong(Image::size).sum(),
                here.stream().filter(i -> !used.contains(i.id())).mapToLong(Image::size).sum()),
            new Row("Containers", all.size(), up.size(), disks, Math.max(0, disks - kept)),
            new Row("Local Volumes", stores.size(), stores.stream().filter(v -> !v.containers.isEmpty()).count(),
                stores.stream().mapToLong(v -> volumes.size(v.name)).sum(),
                stores.stream().filter(v -> v.containers.isEmpty()).mapToLong(v -> volumes.size(v.name)).sum()),
            new Row("Build Cache", 0, 0, 0, 0));
        return new Table<Row>("*formatter.diskUsageImagesContext")
            .field("Type", "TYPE", Row::type)
            .field("TotalCount", "TOTAL", r -> "" + r.total)
            .field("Active", "ACTIVE", r -> "" + r.active)
            .field("Size", "SIZE", r -> Human.size(r.size))
            .field("Reclaimable", "RECLAIMABLE", Row::reclaimable)
            .list(rows, words.get("format").orElse("table"), List.of("Type", "TotalCount", "Active", "Size", "Reclaimable"));
    }
}
