package io.hypr.shell.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;

import io.hypr.engine.ContainerInfo;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;

/** Containers as {@code docker ps} shows them. */
public final class ContainerTable {

    private static final int COMMAND = 20;
    private static final List<String> USUAL = List.of("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names");

    private ContainerTable() {
    }

    /**
     * @param containers what is shown
     * @param format as {@code --format} takes it
     * @param full whether nothing is shortened
     * @return the listing
     */
    public static Listing<ContainerInfo> list(List<ContainerInfo> containers, String format, boolean full) {
        return table(full).list(containers, format, USUAL);
    }

    /**
     * @param containers what is shown
     * @param format as {@code --format} takes it
     * @param full whether nothing is shortened
     * @param size of a container
     * @return the listing, sizes included
     */
    public static Listing<ContainerInfo> list(List<ContainerInfo> containers, String format, boolean full, Function<ContainerInfo, ContainerSize> size) {
        List<String> columns = new ArrayList<>(USUAL);
        columns.add("Size");
        return table(full).field("Size", "SIZE", c -> size.apply(c).toString()).list(containers, format, columns);
    }

    /**
     * @param format as {@code --format} takes it
     * @return whether it shows sizes without being asked to by {@code --size}
     */
    public static boolean showsSizes(String format) {
        return format.contains(".Size") || format.equals("json") || format.equals("{{json .}}");
    }

    /** @return all that can be shown but the size */
    static Table<ContainerInfo> table(boolean full) {
        return new Table<ContainerInfo>("*formatter.ContainerContext", "failed to parse template: ", "failed to execute template: ")
                .raw("container_id", "ID").raw("image", "Image").raw("command", "Command").raw("created_at", "CreatedAt").raw("state", "State")
                .raw("status", "Status").raw("names", "Names").raw("labels", "Labels").raw("ports", "Ports")
                .field("ID", "CONTAINER ID", c -> full ? c.id : Names.brief(c.id))
                .field("Image", "IMAGE", c -> c.image)
                .field("Command", "COMMAND", c -> command(c, full))
                .field("CreatedAt", "CREATED AT", c -> Human.moment(c.created))
                .field("RunningFor", "CREATED", c -> Human.ago(c.created))
                .field("Ports", "PORTS", PortList::of)
                .field("State", "STATE", c -> c.state.word())
                .field("Status", "STATUS", ContainerTable::status)
                .field("Names", "NAMES", c -> c.name)
                .field("Labels", "LABELS", c -> String.join(",", new TreeSet<>(c.spec.labels.keySet()).stream().map(k -> k + "="
                        + c.spec.labels.get(k)).toList()))
                .method("Label", (c, name) -> c.spec.labels.getOrDefault(name, ""))
                .field("Networks", "NETWORKS", c -> c.networks.isEmpty()
                        ? Objects.requireNonNullElse(c.spec.network, "") : String.join(",", c.networks.keySet()))
                .field("Mounts", "MOUNTS", c -> MountOptions.names(c, full))
                .field("LocalVolumes", "LOCAL VOLUMES", c -> Long.toString(c.mounts.stream().filter(m -> m.type.equals("volume")).count()))
                .field("Backend", "BACKEND", c -> c.backend);
    }

    private static String command(ContainerInfo c, boolean full) {
        // Words with a blank are shown in quotes, but for the first.
        StringBuilder words = new StringBuilder();
        for (String word : c.argv) {
            words.append(words.isEmpty() ? word : word.contains(" ") ? " '" + word + "'" : " " + word);
        }
        String line = words.toString();
        return '"' + (full ? line : Human.ellipsis(line, COMMAND)) + '"';
    }

    /**
     * @param c a container
     * @return such as {@code Up 5 minutes} or {@code Exited (0) 3 seconds ago}
     */
    public static String status(ContainerInfo c) {
        return switch (c.state) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + Human.duration(Duration.between(c.started, Instant.now())) + HealthView.suffix(c.health);
            case PAUSED -> "Up " + Human.duration(Duration.between(c.started, Instant.now())) + " (Paused)";
            case RESTARTING -> "Restarting (" + c.exitCode + ") " + Human.ago(c.finished == null ? c.created : c.finished);
            case EXITED -> "Exited (" + c.exitCode + ") " + Human.ago(c.finished == null ? c.created : c.finished);
            case REMOVING -> "Removal In Progress";
            case DEAD -> "Dead";
        };
    }
}
