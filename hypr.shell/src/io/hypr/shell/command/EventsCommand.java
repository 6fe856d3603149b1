package io.hypr.shell.command;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.apache.felix.service.command.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.engine.EngineEvent;
import io.hypr.engine.Events;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.Call;
import io.hypr.shell.internal.Command;
import io.hypr.shell.internal.ContainerFilters;
import io.hypr.shell.internal.Moments;
import io.hypr.shell.internal.format.Fields;
import io.hypr.shell.internal.format.Json;
import io.hypr.shell.internal.format.Template;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** {@code hypr events}. */
@Component(service = Function.class, property = {"osgi.command.scope=hypr", "osgi.command.function=events"})
public final class EventsCommand extends Command {

    private static final List<String> FILTERS = List.of("container", "event", "image", "label", "network", "scope", "type", "volume");

    private static final int WRONG_FORMAT = 64;

    private final Events events;

    /**
     * @param events the engine
     */
    @Activate
    public EventsCommand(@Reference Events events) {
        super("events");
        this.events = events;
    }

    @Override
    protected Object run(Call call, Words words) throws Exception {
        Optional<String> format = words.get("format").filter(f -> !f.isEmpty());
        Template template = format.filter(f -> !f.equals("json") && !f.equals("{{json .}}")).map(EventsCommand::template).orElse(null);
        Map<String, List<String>> filters = new LinkedHashMap<>();
        for (String f : words.all("filter")) {
            String[] parts = f.split("=", 2);
            if (parts.length < 2 || !FILTERS.contains(parts[0])) {
                throw new HyprException(ErrorCode.INVALID, "Invalid filter '" + f + "'").remedy("Filters are " + String.join(", ", FILTERS)
                        + ", as name=value.");
            }
            filters.computeIfAbsent(parts[0], n -> new java.util.ArrayList<>()).add(parts[1]);
        }
        if (template != null) {
            check(template);
        }
        Instant since = words.get("since").map(Moments::parse).orElse(null);
        Instant until = words.get("until").map(Moments::parse).orElse(null);
        if (since != null && until != null && since.isAfter(until)) {
            throw new HyprException(ErrorCode.INVALID, "`since` time (" + words.get("since").orElseThrow() + ") cannot be after `until` time ("
                    + words.get("until").orElseThrow() + ")");
        }
        events.read(since, until, e -> {
            if (filters.entrySet().stream().allMatch(f -> f.getValue().stream().anyMatch(v -> fits(e, f.getKey(), v)))) {
                call.out().println(format.isEmpty() ? line(e) : template == null ? Json.compact(view(e)) : template.render(message(e)));
                call.out().flush();
            }
        });
        return null;
    }

    /** Docker ends with a status of its own here. */
    private static Template template(String format) {
        try {
            return Template.parse(format, "Error parsing format: ", "Error parsing format: ");
        } catch (InputException e) {
            throw new UsageException(e.getMessage(), WRONG_FORMAT);
        }
    }

    /** A field that is none is told before anything happens. */
    private static void check(Template template) {
        try {
            template.render(message(new EngineEvent(Instant.EPOCH, "", "", "", Map.of())));
        } catch (InputException e) {
            throw new UsageException(e.getMessage(), WRONG_FORMAT);
        }
    }

    private static boolean fits(EngineEvent e, String filter, String value) {
        return switch (filter) {
            case "type" -> e.type().equals(value);
            case "event" -> e.action().equals(value) || e.action().startsWith(value + ":");
            case "label" -> ContainerFilters.label(e.attributes(), value);
            case "scope" -> value.equals("local");
            case "container", "network", "image", "volume" ->
                e.type().equals(filter) && (e.actor().startsWith(value) || value.equals(e.attributes().get("name")))
                    || filter.equals("image") && value.equals(e.attributes().get("image"));
            default -> false;
        };
    }

    private static String line(EngineEvent e) {
        String attributes = String.join(", ", new TreeMap<>(e.attributes()).entrySet().stream().map(a -> a.getKey() + "=" + a.getValue()).toList());
        return Moments.nanos(e.time()) + " " + e.type() + " " + e.action() + " " + e.actor() + (attributes.isEmpty() ? "" : " (" + attributes + ")");
    }

    /** As Docker's API has it: what containers and images had before there were other things stands beside the rest. */
    private static Map<String, Object> view(EngineEvent e) {
        Map<String, Object> actor = new LinkedHashMap<>();
        actor.put("ID", e.actor());
        actor.put("Attributes", new TreeMap<>(e.attributes()));
        Map<String, Object> v = new LinkedHashMap<>();
        if (e.type().equals("container") || e.type().equals("image")) {
            v.put("status", e.action());
            v.put("id", e.actor());
        }
        if (e.type().equals("container") && e.attributes().containsKey("image")) {
            v.put("from", e.attributes().get("image"));
        }
        v.put("Type", e.type());
        v.put("Action", e.action());
        v.put("Actor", actor);
        v.put("scope", "local");
        v.put("time", e.time().getEpochSecond());
        v.put("timeNano", nanos(e));
        return v;
    }

    private static long nanos(EngineEvent e) {
        return e.time().getEpochSecond() * 1_000_000_000 + e.time().getNano();
    }

    /** As Docker's templates see it. */
    private static Map<String, Object> message(EngineEvent e) {
        Map<String, Object> view = view(e);
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Status", view.getOrDefault("status", ""));
        v.put("ID", view.getOrDefault("id", ""));
        v.put("From", view.getOrDefault("from", ""));
        v.put("Type", e.type());
        v.put("Action", e.action());
        v.put("Actor", Fields.typed("events.Actor", Map.of("ID", e.actor(), "Attributes", Fields.open(new TreeMap<>(e.attributes())))));
        v.put("Scope", "local");
        v.put("Time", e.time().getEpochSecond());
        v.put("TimeNano", nanos(e));
        return Fields.typed("*events.Message", v);
    }
}
