package io.hypr.core.internal.logs;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.hypr.core.internal.Sizes;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * When old output is dropped.
 *
 * @param segment octets of a segment
 * @param segments most segments
 */
public record LogLimits(long segment, int segments) {

    /** Those that Docker's driver takes; what is not about size is for those who print the log. */
    private static final Set<String> OPTIONS = Set.of("max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag");

    /** Never. */
    public static final LogLimits NONE = new LogLimits(ContainerLog.SEGMENT, Integer.MAX_VALUE);

    /** As soon as those who are attached have it: they hold the writer back before they are as far behind as this. */
    public static final LogLimits ATTACHED = new LogLimits(1L << 20, 3);

    /**
     * @param driver null or empty = json-file
     * @param options as {@link #of(Map)} takes them
     * @return the limits
     */
    public static LogLimits of(String driver, Map<String, String> options) {
        return isKept(driver) ? of(options) : ATTACHED;
    }

    /**
     * @param driver null or empty = json-file
     * @return whether what was printed can be read later
     */
    public static boolean isKept(String driver) {
        return !"none".equals(driver);
    }

    /**
     * @param options {@code max-size} and {@code max-file} as Docker's json-file driver takes them; together they say how much output is kept
     * @return the limits
     */
    public static LogLimits of(Map<String, String> options) {
        for (String name : options.keySet()) {
            if (!OPTIONS.contains(name)) {
                throw new HyprException(ErrorCode.INVALID, "unknown log opt '" + name + "' for json-file log driver")
                    .remedy("It takes max-size and max-file; and labels, env and tag, which 'hypr logs --details' shows.");
            }
        }
        String files = options.getOrDefault("max-file", "1");
        if (!files.matches("[1-9][0-9]{0,5}")) {
            throw new HyprException(ErrorCode.INVALID, "max-file is a whole number from 1, not \"" + files + "\".");
        }
        String size = options.getOrDefault("max-size", "-1").toLowerCase(Locale.ROOT);
        if (size.equals("-1")) {
            if (options.containsKey("max-file") && !files.equals("1")) {
                throw new HyprException(ErrorCode.INVALID, "max-file has no meaning without max-size.");
            }
            return NONE;
        }
        long whole = Math.multiplyExact(Sizes.parse("failed to initialize logging driver", size), Integer.parseInt(files));
        // One segment more than fits, since the newest is not full.
        long segment = Math.clamp(whole / Integer.parseInt(files), 512, ContainerLog.SEGMENT);
        return new LogLimits(segment, Math.clamp((whole + segment - 1) / segment, 1, Integer.MAX_VALUE - 1) + 1);
    }
}
