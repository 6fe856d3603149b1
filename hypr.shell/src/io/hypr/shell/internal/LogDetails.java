package io.hypr.shell.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

import io.hypr.engine.ContainerInfo;
import io.hypr.shell.internal.format.Template;

/** What {@code logs --details} says before each line: what of a container its log options {@code labels}, {@code env} and {@code tag} name. */
public final class LogDetails {

    private LogDetails() {
    }

    /**
     * @param c a container
     * @return {@code name=value}, the names in order, with commas between them
     */
    public static String of(ContainerInfo c) {
        Map<String, String> options = c.spec.logOptions;
        Map<String, String> all = new TreeMap<>();
        c.spec.labels.forEach((name, value) -> add(all, options, "labels", name, value));
        c.env.forEach(e -> add(all, options, "env", e.split("=", 2)[0], e.substring(e.indexOf('=') + 1)));
        String tag = options.getOrDefault("tag", "");
        if (!tag.isEmpty()) {
            all.put("tag", Template.parse(tag).render(Map.of("ID", Names.brief(c.id), "FullID", c.id, "Name", c.name, "ImageName", c.image,
                    "ImageFullID", c.imageId, "ImageID", Names.brief(c.imageId), "DaemonName", "hypr")));
        }
        return all.entrySet().stream().map(e -> escaped(e.getKey()) + "=" + escaped(e.getValue())).collect(Collectors.joining(","));
    }

    private static void add(Map<String, String> all, Map<String, String> options, String option, String name, String value) {
        List<String> named = Arrays.asList(options.getOrDefault(option, "").split(","));
        if (named.contains(name) || matcher(options.getOrDefault(option + "-regex", "")).test(name)) {
            all.put(name, value);
        }
    }

    private static Predicate<String> matcher(String pattern) {
        try {
            return pattern.isEmpty() ? name -> false : Pattern.compile(pattern).asPredicate();
        } catch (PatternSyntaxException e) {
            return name -> false;
        }
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
