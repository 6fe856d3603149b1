package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.format.Json;
import io.hypr.shell.internal.format.Listing;
import io.hypr.shell.internal.format.Template;

/** Prints all that is known of things, as the inspect commands of Docker do: what is found, then a line for what is not. */
public final class Inspection {

    private Inspection() {
    }

    /**
     * @param call the caller
     * @param names as they were typed
     * @param format {@code json}, a template, or nothing
     * @param find gives the view of a thing, or throws {@code NOT_FOUND}
     * @return the views
     */
    public static Listing<Object> run(Call call, List<String> names, Optional<String> format, Function<String, Object> find) {
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
        Listing<Object> listing = new Listing<>(found, text(found, format));
        if (!misses.isEmpty()) {
            call.out().print(listing.text());
            call.out().flush();
            misses.forEach(m -> call.err().println("Error: " + m));
            throw new Exit(1);
        }
        return listing;
    }

    private static String text(List<Object> found, Optional<String> format) {
        if (format.isEmpty()) {
            return Json.pretty(found) + "\n";
        }
        if (format.get().equals("json")) {
            return Json.compact(found) + "\n";
        }
        Template t = Template.parse(format.get());
        StringBuilder out = new StringBuilder();
        found.forEach(f -> out.append(t.render(f)).append('\n'));
        return out.toString();
    }
}
