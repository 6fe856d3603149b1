package io.hypr.vmm.cloudhypervisor.internal;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What the configuration says, or the options of one plan over it.
 *
 * @param binary of Cloud Hypervisor, a path or a name to look for in PATH
 * @param landlock {@code auto}, {@code on} or {@code off}
 */
public record Settings(String binary, String landlock) {

    static final String AUTO = "auto";
    private static final Set<String> LANDLOCK = Set.of(AUTO, "on", "off");
    private static final Set<String> OPTIONS = Set.of("landlock");

    /** Checks the values. */
    public Settings {
        if (binary.isBlank()) {
            throw new HyprException(ErrorCode.INVALID, "The configuration of the Cloud Hypervisor backend has an empty 'binary'.");
        }
        if (!LANDLOCK.contains(landlock)) {
            throw new HyprException(ErrorCode.INVALID, "The Cloud Hypervisor backend's landlock cannot be '" + landlock + "'.")
                    .remedy("It is one of " + String.join(", ", new TreeSet<>(LANDLOCK)) + ".");
        }
    }

    /**
     * Puts the options of a plan over this.
     *
     * @param options by name
     * @return what holds for that plan
     * @throws HyprException {@code INVALID} for names that do not exist and values out of range
     */
    Settings with(Map<String, String> options) {
        Set<String> unknown = new TreeSet<>(options.keySet());
        unknown.removeAll(OPTIONS);
        if (!unknown.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The Cloud Hypervisor backend has no option " + String.join(", ", unknown) + ".")
                    .remedy("It has " + String.join(", ", new TreeSet<>(OPTIONS)) + ".");
        }
        return new Settings(binary, options.getOrDefault("landlock", landlock));
    }

    /**
     * Makes settings from a component's configuration.
     *
     * @param values all that was configured
     * @return the settings
     * @throws HyprException {@code INVALID} for keys that do not exist and values out of range
     */
    public static Settings of(Map<String, Object> values) {
        Map<String, Object> own = new TreeMap<>(values);
        Settings settings = new Settings(text(own.remove("binary")), text(own.remove("landlock")));
        own.keySet().removeIf(Settings::isFrameworks);
        if (!own.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID,
                    "The configuration io.hypr.vmm.cloudhypervisor has unknown keys: " + String.join(", ", own.keySet()) + ".")
                    .remedy("It has binary, landlock.");
        }
        return settings;
    }

    private static String text(Object value) {
        return value == null ? "" : value.toString();
    }

    /** Keys that the framework and installers of configurations add. */
    private static boolean isFrameworks(String key) {
        return key.startsWith("service.") || key.startsWith("component.") || key.startsWith("osgi.ds.")
                || key.startsWith("felix.fileinstall.") || key.startsWith(".")
                || key.equals("hypr.name") || key.equals("facet") || key.equals("objectClass");
    }
}
