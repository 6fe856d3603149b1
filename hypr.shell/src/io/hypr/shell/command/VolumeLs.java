package io.hypr.shell.command;

import java.util.List;
import java.util.TreeSet;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Volumes;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.VolumeView;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr volume ls}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=volume-ls"})
public final class VolumeLs extends Command {

    /** What Docker does not count for a list, or has only of a cluster; {@code system df -v} counts. */
    private static final String UNKNOWN = "N/A";

    private final Volumes volumes;

    /**
     * @param volumes the engine
     */
    @Activate
    public VolumeLs(@Reference Volumes volumes) {
        super("volume ls");
        this.volumes = volumes;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        List<String> filters = words.all("filter");
        filters.forEach(f -> VolumeView.fits(new Volumes.Volume(), f)); // What is none is refused, whether there is a volume or not.
        List<Volumes.Volume> all = volumes.list().stream().filter(v -> filters.stream().allMatch(f -> VolumeView.fits(v, f))).toList();
        if (words.is("quiet") && !words.has("format")) {
            return new Listing<>(all, String.join("", all.stream().map(v -> v.name + "\n").toList()));
        }
        return new Table<Volumes.Volume>("*formatter.volumeContext")
                .raw("name", "Name").raw("driver", "Driver")
                .field("Driver", "DRIVER", v -> v.driver)
                .field("Name", "VOLUME NAME", v -> v.name)
                .field("Mountpoint", "MOUNTPOINT", v -> v.mountpoint)
                .field("Scope", "SCOPE", v -> "local")
                .field("Labels", "LABELS", v -> String.join(",", new TreeSet<>(v.labels.keySet()).stream().map(k -> k + "=" + v.labels.get(k)).toList()))
                .method("Label", (v, name) -> v.labels.getOrDefault(name, ""))
                .field("Links", "LINKS", v -> UNKNOWN)
                .field("Size", "SIZE", v -> UNKNOWN)
                .field("Availability", "AVAILABILITY", v -> UNKNOWN)
                .field("Group", "GROUP", v -> UNKNOWN)
                .field("Status", "STATUS", v -> UNKNOWN)
                .list(all, words.get("format").orElse("table"), List.of("Driver", "Name"));
    }
}
