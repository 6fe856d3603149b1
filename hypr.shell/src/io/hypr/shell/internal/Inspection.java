package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.format.Fields;
import io.hypr.shell.internal.format.Json;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Template;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.UsageException;

/** Prints all that is known of things, as the inspect commands of Docker do: what is found, then a line for what is not. */
public final class Inspection {

    /** Said before what was not found where it was looked for among things of one kind. */
    public static final String DAEMON = "Error response from daemon: ";

    private static final int WRONG_FORMAT = 64;

    private Inspection() {
    }

    /**
     * @param call the caller
     * @param names as they were typed
     * @param format {@code json}, a template, or nothing
     * @param prefix said before what was not found
     * @param find gives the view of a thing, or throws {@code NOT_FOUND}
     * @return the views
     */
    public static Listing<Object> run(Call call, List<String> names, Optional<String> format, String prefix, Function<String, Object> find) {
        List<Object> found = new ArrayList<>();
        List<String> misses = new ArrayList<>();
        for (String name : names) {
            try {
                found.add(find.apply(name));
            } catch (HyprException e) {
                if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.INVALID) {
                    throw e;
                }
                misses.add(e.getMessage());
            }
        }
        Template template = format.filter(f -> !f.isEmpty() && !f.equals("json")).map(Inspection::template).orElse(null);
        try {
            Listing<Object> listing = new Listing<>(found, text(found, format, template));
            if (misses.isEmpty()) {
                return listing;
            }
            call.out().print(found.isEmpty() && template != null ? "\n" : listing.text());
            call.out().flush();
            misses.forEach(m -> call.err().println(prefix + m));
            throw new Exit(1);
        } catch (InputException e) {
            call.out().println(); // As Docker: an empty line where the thing would stand.
            throw e;
        }
    }

    /** Docker ends with a status of its own here, before it says anything else. */
    private static Template template(String format) {
        try {
            return Template.parse(format);
        } catch (InputException e) {
            throw new UsageException(e.getMessage(), WRONG_FORMAT);
        }
    }

    private static String text(List<Object> found, Optional<String> format, Template template) {
        if (template == null) {
            return (format.orElse("").equals("json") ? Json.compact(found) : Json.pretty(found)) + "\n";
        }
        StringBuilder out = new StringBuilder();
        found.forEach(f -> out.append(render(template, f)).append('\n'));
        return out.toString();
    }

    /**
     * As Docker's client, which looks at what it knows to be a container first, where no health and no sizes are ones that are nil, and then at
     * what it was sent.
     */
    private static String render(Template template, Object view) {
        if (view instanceof Map<?, ?> v && v.get("State") instanceof Map<?, ?> s && !s.containsKey("Health")) {
            Map<Object, Object> known = Fields.nil(v, List.of("SizeRw", "SizeRootFs"));
            known.put("State", Fields.nil(s, List.of("Health")));
            try {
                return template.render(known);
            } catch (InputException e) {
                return template.render(view);
            }
        }
        return template.render(view);
    }
}
