package io.hypr.shell.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.format.Human;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Sizes;
import io.hypr.shell.internal.grammar.UsageException;
import io.hypr.shell.internal.grammar.Words;

/** Reads {@code -v}, {@code --mount} and {@code --volumes-from} in Docker's syntax; shows mounts as Docker does. */
final class MountOptions {

    /** Characters of a name in the column MOUNTS. */
    private static final int NAME = 15;

    private static final List<String> KINDS = List.of("bind", "volume", "tmpfs");
    private static final List<String> SWITCHES = List.of("readonly", "ro", "volume-nocopy", "bind-nonrecursive", "bind-create-src");

    private MountOptions() {
    }

    /**
     * @param call knows the directory that relative paths begin at
     * @param s gets the mounts
     * @param words what was typed
     */
    static void read(Call call, ContainerSpec s, Words words) {
        words.all("volume").stream().distinct().forEach(v -> s.mounts.add(volume(call, v)));
        words.all("mount").forEach(m -> s.described.add(mount(words, m)));
        s.mounts.addAll(s.described);
        // As Docker: what has a source takes the place of a volume that nobody named.
        List<ContainerSpec.Mount> anonymous = s.mounts.stream().filter(m -> m.type.equals("volume") && m.source == null).toList();
        s.mounts.removeAll(anonymous.stream().filter(a -> s.mounts.stream().anyMatch(m -> !anonymous.contains(m) && m.target.equals(a.target))).toList());
        s.volumeDriver = words.get("volume-driver").filter(d -> !d.isEmpty()).orElse(null);
        s.volumesFrom.addAll(words.all("volumes-from"));
    }

    private static HyprException invalid(String sentence) {
        return new HyprException(ErrorCode.INVALID, sentence);
    }

    /** {@code [source:]target[:options]} */
    private static ContainerSpec.Mount volume(Call call, String text) {
        String[] parts = text.split(":", -1);
        if (parts.length > 3 || text.isEmpty() || parts[parts.length - 1].isEmpty()) {
            throw invalid("invalid volume specification: '" + text + "'");
        }
        ContainerSpec.Mount m = new ContainerSpec.Mount();
        m.target = parts.length == 1 ? parts[0] : parts[1];
        if (parts.length > 1) {
            m.source = parts[0];
            if (m.source.isEmpty()) {
                throw new InputException("invalid spec: " + text + ": empty section between colons");
            }
            if (m.source.startsWith("/") || m.source.startsWith("./") || m.source.startsWith("../") || m.source.equals(".") || m.source.equals("..")) {
                m.source = call.directory().resolve(m.source).normalize().toString();
                m.type = "bind";
                m.create = true;
            }
        }
        String wrong = "invalid volume specification: '" + text + "': invalid mount config for type \"" + m.type + "\": ";
        if (!m.target.startsWith("/")) {
            throw invalid(wrong + "invalid mount path: '" + m.target + "' mount path must be absolute");
        }
        if (Path.of(m.target).normalize().toString().equals("/")) {
            throw invalid(wrong + "invalid specification: destination can't be '/'");
        }
        List<String> options = parts.length == 3 ? List.of(parts[2].split(",")) : List.of();
        if (options.contains("ro") && options.contains("rw")) {
            throw invalid("invalid mode: " + parts[2]);
        }
        for (String option : options) {
            switch (option) {
                case "ro" -> m.readOnly = true;
                case "nocopy" -> {
                    if (m.type.equals("bind")) {
                        throw invalid(wrong + "field VolumeOptions must not be specified");
                    }
                    m.noCopy = true;
                }
                case "rw", "private", "rprivate", "z", "Z", "cached", "delegated", "consistent" -> {
                    // It is so in any case, or means nothing on this host.
                }
                default -> throw mode(option, text, "invalid mode: " + option);
            }
        }
        return m;
    }

    private static RuntimeException mode(String option, String text, String wrong) {
        if (List.of("shared", "slave", "rshared", "rslave").contains(option)) {
            return new InputException("Mounts do not pass between the host and a microVM, so the mode " + option + " of '" + text + "' means nothing.")
                    .remedy("Leave it out.");
        }
        return invalid(wrong);
    }

    /** Fields {@code key=value} in a line of CSV. */
    private static ContainerSpec.Mount mount(Words words, String text) {
        ContainerSpec.Mount m = new ContainerSpec.Mount();
        List<String> tmpfs = new ArrayList<>();
        String kind = "";
        for (String field : CsvLine.fields(words, "mount", text)) {
            int equals = field.indexOf('=');
            String key = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            if (equals < 0 && !SWITCHES.contains(key)) {
                throw wrong(words, text, "invalid field '" + field + "' must be a key=value pair");
            }
            kind = KINDS.stream().filter(k -> key.startsWith(k + "-")).findFirst().orElse(kind);
            switch (key) {
                case "type" -> m.type = value.toLowerCase(Locale.ROOT);
                case "source", "src" -> m.source = value;
                case "target", "dst", "destination" -> m.target = value;
                case "readonly", "ro" -> m.readOnly = flag(words, text, key, value, equals < 0);
                case "volume-nocopy" -> m.noCopy = flag(words, text, key, value, equals < 0);
                case "volume-label" -> ContainerOptions.pair(m.labels, value);
                case "volume-opt" -> ContainerOptions.pair(m.volumeOptions, value);
                case "volume-driver" -> driver(value);
                case "tmpfs-size" -> tmpfs.add("size=" + size(words, text, value));
                case "tmpfs-mode" -> {
                    if (!value.matches("[0-7]{1,11}")) {
                        throw wrong(words, text, "invalid value for tmpfs-mode: " + value);
                    }
                    tmpfs.add("mode=" + value);
                }
                case "bind-create-src" -> m.create = flag(words, text, key, value, equals < 0);
                case "consistency" -> {
                    // A mount is always consistent here.
                }
                case "bind-propagation" -> {
                    if (!value.equals("private") && !value.equals("rprivate")) {
                        throw mode(value, text, "invalid mount config for type \"bind\": invalid propagation mode: " + value);
                    }
                }
                case "bind-nonrecursive" -> {
                    if (flag(words, text, key, value, equals < 0)) {
                        throw new InputException("What is mounted below a directory of the host comes with it into a microVM, unlike 'bind-nonrecursive' asks.")
                                .remedy("Leave it out, or name a directory that has nothing mounted below it.");
                    }
                }
                default -> throw wrong(words, text, "unexpected key '" + key + "' in '" + field + "'");
            }
        }
        if (m.target == null) {
            throw wrong(words, text, "target is required");
        }
        if (!kind.isEmpty() && KINDS.contains(m.type) && !kind.equals(m.type)) {
            throw wrong(words, text, "cannot mix '" + kind + "-*' options with mount type '" + m.type + "'");
        }
        if (m.type.equals("tmpfs") && m.source != null) {
            throw invalid("invalid mount config for type \"tmpfs\": field Source must not be specified");
        }
        m.options = String.join(",", tmpfs);
        return m;
    }

    private static void driver(String name) {
        if (!name.isEmpty() && !name.equals("local")) {
            throw invalid("error looking up volume plugin " + name + ": plugin \"" + name + "\" not found");
        }
    }

    private static UsageException wrong(Words words, String text, String why) {
        return words.invalid("mount", text, why);
    }

    private static boolean flag(Words words, String text, String key, String value, boolean bare) {
        if (bare || value.equals("true") || value.equals("1")) {
            return true;
        }
        if (value.equals("false") || value.equals("0")) {
            return false;
        }
        throw wrong(words, text, "invalid value for " + key + ": " + value);
    }

    private static long size(Words words, String text, String value) {
        try {
            return Sizes.parse(value);
        } catch (NumberFormatException e) {
            throw wrong(words, text, "invalid value for tmpfs-size: " + value);
        }
    }

    /** @return the field HostConfig.Mounts of {@code inspect} */
    static List<Object> described(ContainerSpec s) {
        List<Object> all = new ArrayList<>();
        for (ContainerSpec.Mount d : s.described) {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("Type", d.type);
            if (d.source != null) {
                m.put("Source", d.source);
            }
            m.put("Target", d.target);
            if (d.readOnly) {
                m.put("ReadOnly", true);
            }
            options(d, m);
            all.add(m);
        }
        return all;
    }

    private static void options(ContainerSpec.Mount d, Map<String, Object> m) {
        Map<String, Object> options = new LinkedHashMap<>();
        if (d.create) {
            options.put("CreateMountpoint", true);
        }
        if (d.noCopy) {
            options.put("NoCopy", true);
        }
        if (!d.labels.isEmpty()) {
            options.put("Labels", d.labels);
        }
        for (String option : d.options.isEmpty() ? new String[0] : d.options.split(",")) {
            String value = option.substring(option.indexOf('=') + 1);
            if (option.startsWith("size=")) {
                options.put("SizeBytes", Long.parseLong(value));
            } else {
                options.put("Mode", Integer.parseInt(value, 8));
            }
        }
        if (!options.isEmpty() || !d.volumeOptions.isEmpty()) {
            if (d.type.equals("volume")) {
                options.put("DriverConfig", d.volumeOptions.isEmpty() ? Map.of() : Map.of("Options", new TreeMap<>(d.volumeOptions)));
            }
            m.put(Character.toUpperCase(d.type.charAt(0)) + d.type.substring(1) + "Options", options);
        }
    }

    /** @return whether a mount was asked for key by key */
    static boolean isDescribed(ContainerSpec s, String target) {
        return s.described.stream().anyMatch(d -> Path.of(d.target).normalize().toString().equals(target));
    }

    /** @return the field Mounts of {@code inspect} */
    static List<Object> view(ContainerInfo c) {
        List<Object> all = new ArrayList<>();
        for (ContainerInfo.MountPoint p : c.mounts) {
            Map<String, Object> m = new LinkedHashMap<>();
            m.put("Type", p.type);
            if (p.type.equals("volume")) {
                m.put("Name", p.name);
            }
            m.put("Source", p.source);
            m.put("Destination", p.target);
            if (p.type.equals("volume")) {
                m.put("Driver", "local");
            }
            m.put("Mode", p.writable ? "" : "ro");
            m.put("RW", p.writable);
            m.put("Propagation", p.type.equals("volume") ? "" : "rprivate");
            all.add(m);
        }
        return all;
    }

    /** @return the column MOUNTS of {@code ps} */
    static String names(ContainerInfo c, boolean full) {
        return String.join(",", c.mounts.stream().map(p -> p.name.isEmpty() ? p.source : p.name).map(n -> full ? n : Human.ellipsis(n, NAME)).toList());
    }
}
