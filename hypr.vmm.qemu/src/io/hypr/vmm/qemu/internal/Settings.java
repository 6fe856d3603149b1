package io.hypr.vmm.qemu.internal;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.ShareServers;

/**
 * What the configuration says, or the options of one plan over it.
 *
 * @param binary of QEMU, a path or a name to look for in PATH
 * @param accelerator {@code auto}, {@code kvm} or {@code tcg}
 * @param machine {@code auto}, {@code microvm} or {@code q35}
 * @param cpu QEMU's name of a processor model with its features; {@code auto}
 * @param shares who serves directories of the host: {@code auto}, a program's name, or {@code 9p}: QEMU itself
 */
public record Settings(String binary, String accelerator, String machine, String cpu, String shares) {

    static final String AUTO = "auto";
    static final Set<String> ACCELERATORS = Set.of(AUTO, Accelerator.KVM, Accelerator.TCG);
    static final Set<String> MACHINES = Set.of(AUTO, "microvm", "q35");
    static final String NINE_P = "9p";
    static final Set<String> SERVERS = Set.of(AUTO, ShareServers.OURS, "virtiofsd", NINE_P);
    private static final Set<String> NAMES = Set.of("accel", "cpu", "machine", "shares");

    /** Checks the values. */
    public Settings {
        if (binary.isBlank()) {
            throw new HyprException(ErrorCode.INVALID, "The configuration of the QEMU backend has an empty 'binary'.");
        }
        oneOf("accelerator", accelerator, ACCELERATORS);
        oneOf("machine", machine, MACHINES);
        oneOf("shares", shares, SERVERS);
        if (!cpu.matches("[A-Za-z0-9][A-Za-z0-9_.,=+-]*")) {
            throw new HyprException(ErrorCode.INVALID, "'" + cpu + "' is no processor model of QEMU's.")
                    .remedy("Give one as in cpu=max or cpu=qemu64,+ssse3; qemu-system-x86_64 -cpu help lists them.");
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
        unknown.removeAll(NAMES);
        if (!unknown.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The QEMU backend has no option " + String.join(", ", unknown) + ".")
                    .remedy("It has " + String.join(", ", new TreeSet<>(NAMES)) + ".");
        }
        return new Settings(binary, options.getOrDefault("accel", accelerator), options.getOrDefault("machine", machine), options.getOrDefault("cpu", cpu),
            options.getOrDefault("shares", shares));
    }

    /** Says who serves directories where that was left open. */
    Settings withShares(String server) {
        return new Settings(binary, accelerator, machine, cpu, server);
    }

    private static void oneOf(String name, String value, Set<String> values) {
        if (!values.contains(value)) {
            throw new HyprException(ErrorCode.INVALID, "The QEMU backend's " + name + " cannot be '" + value + "'.")
                    .remedy("It is one of " + String.join(", ", new TreeSet<>(values)) + ".");
        }
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
        Settings settings = new Settings(text(own.remove("binary")), text(own.remove("accelerator")), text(own.remove("machine")), text(own.remove("cpu")),
            text(own.remove("shares")));
        own.keySet().removeIf(Settings::isFrameworks);
        if (!own.isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "The configuration io.hypr.vmm.qemu has unknown keys: " + String.join(", ", own.keySet()) + ".")
                    .remedy("It has accelerator, binary, cpu, machine, shares.");
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
