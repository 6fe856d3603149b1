package io.hypr.shell.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;

/** Filters of {@code ps}: values of one name are alternatives, names must all fit; labels must all fit. */
public final class ContainerFilters {

    private static final List<String> NAMES = List.of(
            "id", "name", "label", "status", "ancestor", "exited", "network", "publish", "expose", "before", "since", "health", "volume",
            "is-task", "isolation");

    private final Map<String, List<String>> wanted = new LinkedHashMap<>();

    private ContainerFilters() {
    }

    /**
     * @param filters as they were typed, {@code name=value}
     * @return the filters
     */
    public static ContainerFilters parse(List<String> filters) {
        ContainerFilters all = new ContainerFilters();
        for (String f : filters) {
            int equals = f.indexOf('=');
            if (equals <= 0) {
                throw new InputException("bad format of filter (expected name=value)");
            }
            String name = f.substring(0, equals);
            if (!NAMES.contains(name)) {
                throw new HyprException(ErrorCode.INVALID, "Invalid filter '" + name + "'").remedy("Filters are " + String.join(", ", NAMES) + ".");
            }
            check(name, f.substring(equals + 1));
            all.wanted.computeIfAbsent(name, n -> new ArrayList<>()).add(f.substring(equals + 1));
        }
        return all;
    }

    private static void check(String name, String value) {
        boolean fits = switch (name) {
            case "status" -> Arrays.stream(ContainerState.values()).anyMatch(s -> s.word().equals(value));
            case "health" -> List.of("starting", "healthy", "unhealthy", "none").contains(value);
            case "name" -> isPattern(value);
            case "is-task" -> value.matches("true|false|0|1");
            default -> true;
        };
        if (name.equals("exited") && !value.matches("-?\\d{1,9}")) {
            throw new HyprException(ErrorCode.INVALID, "strconv.Atoi: parsing \"" + value + "\": invalid syntax");
        }
        if (name.matches("publish|expose") && !value.matches("\\d{1,5}(-\\d{1,5})?(/[a-z]+)?")) {
            String number = value.replaceFirst("/.*", "");
            throw new HyprException(ErrorCode.INVALID,
                    "error while looking up for " + name + " " + value + ": strconv.ParseUint: parsing \"" + number + "\": invalid syntax");
        }
        if (!fits && name.equals("is-task")) {
            throw new HyprException(ErrorCode.INVALID, "Invalid filter 'is-task=[" + value + "]'");
        }
        if (!fits && name.equals("health")) {
            throw new HyprException(ErrorCode.INVALID, "Unrecognised filter value for health: " + value);
        }
        if (!fits) {
            throw new HyprException(ErrorCode.INVALID, "Invalid filter '" + name + "=" + value + "'");
        }
    }

    private static boolean isPattern(String text) {
        try {
            Pattern.compile(text);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /**
     * @param pattern a regular expression, or what is none and stands for itself
     * @param name of something
     * @return whether it is found in the name
     */
    public static boolean matches(String pattern, String name) {
        return isPattern(pattern) ? Pattern.compile(pattern).matcher(name).find() : name.contains(pattern);
    }

    /** Docker's names begin with a slash, and its filters may. */
    private static Pattern pattern(String text) {
        return Pattern.compile(text.startsWith("^/") ? "^" + text.substring(2) : text.startsWith("/") ? text.substring(1) : text);
    }

    /**
     * Checks that the containers are there that others are to be older or newer than.
     *
     * @param all every container
     * @return these filters
     */
    public ContainerFilters among(List<ContainerInfo> all) {
        List.of("before", "since").forEach(n -> wanted.getOrDefault(n, List.of()).forEach(v -> created(v, all)));
        return this;
    }

    /**
     * Lets containers descend from an image by whatever name it has now.
     *
     * @param ids finds the id of an image; empty if it is not here
     * @return these filters
     */
    public ContainerFilters with(Function<String, Optional<String>> ids) {
        wanted.computeIfPresent("ancestor", (n, images) -> images.stream().map(i -> ids.apply(i).orElse(i)).toList());
        return this;
    }

    /** @return whether they speak of containers that do not run */
    public boolean choosesStates() {
        return wanted.containsKey("status") || wanted.containsKey("exited");
    }

    /**
     * @param c a container
     * @param all every container, for before and since
     * @return whether it fits
     */
    public boolean fits(ContainerInfo c, List<ContainerInfo> all) {
        return wanted.entrySet().stream().allMatch(e -> {
            Predicate<String> test = test(e.getKey(), c, all);
            return e.getKey().equals("label") ? e.getValue().stream().allMatch(test) : e.getValue().stream().anyMatch(test);
        });
    }

    private static Predicate<String> test(String name, ContainerInfo c, List<ContainerInfo> all) {
        return switch (name) {
            case "id" -> c.id::startsWith;
            case "name" -> v -> pattern(v).matcher(c.name).find();
            case "label" -> v -> label(c.spec.labels, v);
            case "status" -> v -> c.state.word().equals(v);
            case "ancestor" -> v -> c.imageId.equals(v) || Names.brief(c.imageId).equals(v) || Names.familiar(c.image).equals(Names.familiar(v));
            case "exited" -> v -> c.finished != null && String.valueOf(c.exitCode).equals(v) && c.vmmPid == 0;
            case "network" -> v -> v.equals(c.spec.network) || c.networks.containsKey(v)
                    || c.networks.values().stream().anyMatch(e -> e.networkId.startsWith(v));
            case "publish" -> v -> c.published.stream().anyMatch(p -> isPort(v, p.hostPort, p.protocol));
            case "health" -> v -> v.equals(c.health == null ? "none" : c.health.status);
            case "expose" -> v -> c.exposed.stream().map(e -> e.split("/")).anyMatch(e -> isPort(v, Integer.parseInt(e[0]), e.length > 1 ? e[1] : "tcp"));
            case "volume" -> v -> c.mounts.stream().anyMatch(m -> v.equals(m.name) || v.equals(m.source) || v.equals(m.target));
            case "is-task" -> v -> v.matches("false|0"); // There are no tasks of a swarm.
            case "before" -> v -> c.created.isBefore(created(v, all));
            case "since" -> v -> c.created.isAfter(created(v, all));
            case "isolation" -> v -> true; // As Docker has it on Linux.
            default -> v -> false;
        };
    }

    /**
     * @param labels by name
     * @param wanted {@code name} or {@code name=value}
     * @return whether there is such a label
     */
    public static boolean label(Map<String, String> labels, String wanted) {
        int equals = wanted.indexOf('=');
        return equals < 0 ? labels.containsKey(wanted) : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
    }

    /** @param wanted {@code first[-last][/protocol]} */
    private static boolean isPort(String wanted, int port, String protocol) {
        String[] parts = wanted.split("/", 2);
        String[] ends = parts[0].split("-", 2);
        return (parts.length == 2 ? parts[1] : "tcp").equals(protocol)
            && port >= Integer.parseInt(ends[0]) && port <= Integer.parseInt(ends[ends.length - 1]);
    }

    private static Instant created(String name, List<ContainerInfo> all) {
        return all.stream().filter(o -> o.name.equals(name) || o.id.startsWith(name)).findFirst()
                .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "no such container " + name)).created;
    }
}
