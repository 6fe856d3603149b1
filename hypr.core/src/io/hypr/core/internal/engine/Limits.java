package io.hypr.core.internal.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.hypr.core.internal.link.RunProcess.Limit;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Limits of resources as {@code --ulimit} takes them. */
final class Limits {

    private static final List<String> NAMES = List.of("cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
        "msgqueue", "nice", "rtprio", "rttime");

    /** What the service of Docker's engine sets for itself, and its containers have from there. */
    private static final List<Limit> DEFAULTS = List.of(new Limit(NAMES.indexOf("nofile"), 1 << 20, 1 << 20), new Limit(NAMES.indexOf("nproc"), -1, -1));

    private Limits() {
    }

    /**
     * @param texts as {@link #parse} takes them
     * @return these limits, and the usual ones where they say nothing
     */
    static List<Limit> of(List<String> texts) {
        Map<Integer, Limit> all = new LinkedHashMap<>();
        DEFAULTS.forEach(l -> all.put(l.resource(), l));
        texts.stream().map(Limits::parse).forEach(l -> all.put(l.resource(), l));
        return List.copyOf(all.values());
    }

    /**
     * @param text {@code name=soft[:hard]}
     * @return the limit
     */
    static Limit parse(String text) {
        int equals = text.indexOf('=');
        String[] values = text.substring(equals + 1).split(":", -1);
        if (equals < 1 || values.length > 2 || !values[0].matches("-1|[0-9]{1,18}") || !values[values.length - 1].matches("-1|[0-9]{1,18}")) {
            throw new HyprException(ErrorCode.INVALID, "invalid ulimit argument: " + text).remedy("Write it as in nofile=1024:2048.");
        }
        int resource = NAMES.indexOf(text.substring(0, equals));
        if (resource < 0) {
            throw new HyprException(ErrorCode.INVALID, "invalid ulimit type: " + text.substring(0, equals))
                    .remedy("It is one of " + String.join(", ", NAMES) + ".");
        }
        long soft = Long.parseLong(values[0]);
        long hard = Long.parseLong(values[values.length - 1]);
        if (hard != -1 && (soft == -1 || soft > hard)) {
            throw new HyprException(ErrorCode.INVALID, "ulimit soft limit must be less than or equal to hard limit: " + text);
        }
        return new Limit(resource, soft, hard);
    }
}
