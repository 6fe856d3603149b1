package io.hypr.shell.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.Containers;
import io.hypr.engine.Insides;
import io.hypr.engine.Volumes;
import io.hypr.engine.Volumes.Volume;
import io.hypr.image.Image;
import io.hypr.image.Images;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Json;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.format.Template;

/**
 * What each image, container and volume takes up, as {@code docker system df -v} shows it. Sizes of images are those of their layers, which
 * images share as under Docker; on the disk the root file system of each is a file of its own.
 *
 * @param images the images
 * @param containers the containers
 * @param insides their disks
 * @param volumes the volumes
 */
public record DiskUse(Images images, Containers containers, Insides insides, Volumes volumes) {

    private static final List<String> IMAGE = List.of("Repository", "Tag", "ID", "CreatedSince", "Size", "SharedSize", "UniqueSize", "Containers");
    private static final List<String> CONTAINER = List.of("ID", "Image", "Command", "LocalVolumes", "Size", "RunningFor", "Status", "Names");
    private static final List<String> VOLUME = List.of("Name", "Links", "Size");
    private static final List<String> CACHE = List.of("ID", "CacheType", "Size", "CreatedSince", "LastUsedSince", "UsageCount", "Shared");

    /**
     * @param format {@code json} or a template over Images, Containers, Volumes and BuildCache; empty = tables
     * @return the listing
     */
    public Listing<ContainerInfo> list(Optional<String> format) {
        List<Image> here = images.list();
        List<ImageTable.Row> names = here.stream().flatMap(i -> ImageTable.rows(i, false).stream()).toList();
        List<ContainerInfo> all = containers.list();
        List<Volume> stores = stores(volumes);
        if (format.isPresent() && !format.get().equals("table")) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("Images", ofImages(here, all, true).rows(names));
            view.put("Containers", ofContainers(true).rows(all));
            view.put("Volumes", ofVolumes().rows(stores));
            view.put("BuildCache", List.of());
            return new Listing<>(all, format.get().equals("json") ? Json.compact(view) : Template.parse(format.get()).render(view));
        }
        return new Listing<>(all, "Images space usage:\n\n" + ofImages(here, all, false).list(names, "table", IMAGE).text()
                + "\nContainers space usage:\n\n" + ofContainers(false).list(all, "table", CONTAINER).text()
                + "\nLocal Volumes space usage:\n\n" + ofVolumes().list(stores, "table", VOLUME).text()
                + "\nBuild cache usage: 0B\n\n" + ofCache().list(List.of(), "table", CACHE).text());
    }

    private static Table<ImageTable.Row> ofImages(List<Image> here, List<ContainerInfo> all, boolean full) {
        return new Table<ImageTable.Row>()
            .field("Repository", "REPOSITORY", ImageTable.Row::repository)
            .field("Tag", "TAG", ImageTable.Row::tag)
            .field("ID", "IMAGE ID", r -> full ? r.image().id() : Names.brief(r.image().id()))
            .field("CreatedAt", "CREATED AT", r -> Human.moment(r.image().created()))
            .field("CreatedSince", "CREATED", r -> Human.ago(r.image().created()))
            .field("Size", "SIZE", r -> Human.size(r.image().size()))
            .field("VirtualSize", "VIRTUAL SIZE", r -> Human.exactSize(r.image().size()))
            .field("SharedSize", "SHARED SIZE", r -> Human.exactSize(shared(r.image(), here)))
            .field("UniqueSize", "UNIQUE SIZE", r -> Human.exactSize(r.image().size() - shared(r.image(), here)))
            .field("Containers", "CONTAINERS", r -> Long.toString(all.stream().filter(c -> c.imageId.equals(r.image().id())).count()));
    }

    /**
     * @param image one of them
     * @param here all images
     * @return octets of its layers that another image has as well: those that both have from the lowest on
     */
    static long shared(Image image, List<Image> here) {
        int common = 0;
        for (Image other : here) {
            if (!other.id().equals(image.id())) {
                int same = 0;
                while (same < image.layers().size() && same < other.layers().size() && image.layers().get(same).equals(other.layers().get(same))) {
                    same++;
                }
                common = Math.max(common, same);
            }
        }
        if (image.layerSizes().size() != image.layers().size()) { // An older HYPR brought it, and knew the sum alone.
            return common == image.layers().size() ? image.size() : 0;
        }
        return image.layerSizes().subList(0, common).stream().mapToLong(Long::longValue).sum();
    }

    private Table<ContainerInfo> ofContainers(boolean full) {
        return ContainerTable.table(full).field("Size", "SIZE", c -> Human.size(insides.disk(c.id)));
    }

    /**
     * @param volumes the volumes
     * @return those that are counted: as under Docker, not those with options, whose content is elsewhere
     */
    public static List<Volume> stores(Volumes volumes) {
        return volumes.list().stream().filter(v -> v.options.isEmpty()).toList();
    }

    private Table<Volume> ofVolumes() {
        return new Table<Volume>()
            .field("Name", "VOLUME NAME", v -> v.name)
            .field("Driver", "DRIVER", v -> v.driver)
            .field("Mountpoint", "MOUNTPOINT", v -> v.mountpoint)
            .field("Scope", "SCOPE", v -> "local")
            .field("Links", "LINKS", v -> Integer.toString(v.containers.size()))
            .field("Size", "SIZE", v -> Human.size(volumes.size(v.name)));
    }

    /** There is no cache of a builder yet. */
    private static Table<Object> ofCache() {
        return new Table<>()
            .field("ID", "CACHE ID", c -> "")
            .field("CacheType", "CACHE TYPE", c -> "")
            .field("Size", "SIZE", c -> "")
            .field("CreatedSince", "CREATED", c -> "")
            .field("LastUsedSince", "LAST USED", c -> "")
            .field("UsageCount", "USAGE", c -> "")
            .field("Shared", "SHARED", c -> "");
    }
}
