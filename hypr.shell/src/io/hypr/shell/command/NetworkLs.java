package io.hypr.shell.command;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.Networks;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerFilters;
import io.hypr.shell.internal.Names;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Table;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr network ls}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=network-ls"})
public final class NetworkLs extends Command {

    private static final List<String> BUILT_IN = List.of("bridge", "none");

    private final Networks networks;

    /**
     * @param networks the engine
     */
    @Activate
    public NetworkLs(@Reference Networks networks) {
        super("network ls");
        this.networks = networks;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        boolean full = words.is("no-trunc");
        List<String> filters = words.all("filter");
        filters.forEach(f -> fits(new Networks.Network(), f)); // What is none is refused, whether there is a network or not.
        Map<String, List<String>> byName = filters.stream().collect(Collectors.groupingBy(f -> f.split("=", 2)[0]));
        List<Networks.Network> all = networks.list().stream().filter(n -> byName.values().stream().allMatch(of -> of.getFirst().startsWith("label=")
                ? of.stream().allMatch(f -> fits(n, f)) : of.stream().anyMatch(f -> fits(n, f)))).toList();
        if (words.is("quiet") && !words.has("format")) {
            return new Listing<>(all, String.join("", all.stream().map(n -> (full ? n.id : Names.brief(n.id)) + "\n").toList()));
        }
        return new Table<Networks.Network>("*network.networkContext")
                .raw("network_id", "ID").raw("name", "Name").raw("driver", "Driver").raw("scope", "Scope")
                .field("ID", "NETWORK ID", n -> full ? n.id : Names.brief(n.id))
                .field("Name", "NAME", n -> n.name)
                .field("Driver", "DRIVER", n -> n.driver)
                .field("Scope", "SCOPE", n -> "local")
                .field("Internal", "INTERNAL", n -> Boolean.toString(n.internal))
                .field("IPv4", "IPV4", n -> "true")
                .field("IPv6", "IPV6", n -> "false")
                .field("CreatedAt", "CREATED AT", n -> n.created)
                .field("Labels", "LABELS", n -> String.join(",", new TreeSet<>(n.labels.keySet()).stream().map(k -> k + "=" + n.labels.get(k)).toList()))
                .method("Label", (n, name) -> n.labels.getOrDefault(name, ""))
                .list(all, words.get("format").orElse("table"), List.of("ID", "Name", "Driver", "Scope"));
    }

    private static boolean fits(Networks.Network n, String filter) {
        String[] parts = filter.split("=", 2);
        String value = parts.length == 2 ? parts[1] : "";
        return switch (parts[0]) {
            case "id" -> n.id != null && n.id.startsWith(value);
            case "name" -> n.name != null && ContainerFilters.matches(value, n.name);
            case "scope" -> value.equals("local");
            case "type" -> switch (value) {
                case "custom" -> !BUILT_IN.contains(String.valueOf(n.name));
                case "builtin" -> BUILT_IN.contains(String.valueOf(n.name));
                default -> throw new HyprException(ErrorCode.INVALID, "invalid filter: 'type'='" + value + "'").remedy("It is custom or builtin.");
            };
            case "dangling" -> switch (value) {
                case "true", "1" -> n.containers.isEmpty() && !BUILT_IN.contains(String.valueOf(n.name));
                case "false", "0" -> !n.containers.isEmpty() || BUILT_IN.contains(String.valueOf(n.name));
                default -> throw new HyprException(ErrorCode.INVALID,
                        "invalid value for filter 'dangling', must be \"true\" (or \"1\"), or \"false\" (or \"0\")");
            };
            case "driver" -> value.equals(n.driver);
            case "label" -> ContainerFilters.label(n.labels, value);
            default -> throw new HyprException(ErrorCode.INVALID, "Invalid filter '" + parts[0] + "'")
                    .remedy("Filters are dangling, driver, id, label, name, scope and type.");
        };
    }
}
