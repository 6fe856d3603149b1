package io.hypr.shell.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

    private MountOptions() {
    }

    /**
     * @param call knows the directory that relative paths begin at
     * @param s gets the mounts
     * @param words what was typed
     */
    static void read(Call call, ContainerSpec s, Words words) {
        words.all("volume").forEach(v -> s.mounts.add(volume(call, v)));
        words.all("mount").forEach(m -> s.mounts.add(mount(words, m)));
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
        for (String option : parts.length == 3 ? parts[2].split(",") : new String[0]) {
            switch (option) {
                case "ro" -> m.readOnly = true;
                case "nocopy" -> m.noCopy = true;
                case "rw", "z", "Z", "cached", "delegated", "consistent" -> {
                    // It is so in any case, or means nothing on this host.
                }
                default -> throw mode(option, text);
            }
        }
        return m;
    }

    private static RuntimeException mode(String option, String text) {
        if (List.of("shared", "slave", "private", "rshared", "rslave", "rprivate").contains(option)) {
            return new InputException("Mounts do not pass between the host and a microVM, so the mode " + option + " of '" + text + "' means nothing.")
                    .remedy("Leave it out.");
        }
        return invalid("invalid mode: " + option);
    }

    /** {@code key=value,...} */
    private static ContainerSpec.Mount mount(Words words, String text) {
        ContainerSpec.Mount m = new ContainerSpec.Mount();
        List<String> tmpfs = new ArrayList<>();
        for (String field : text.split(",")) {
            int equals = field.indexOf('=');
            String key = equals < 0 ? field : field.substring(0, equals);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            switch (key) {
                case "type" -> m.type = value;
                case "source", "src" -> m.source = value;
                case "target", "dst", "destination" -> m.target = value;
                case "readonly", "ro" -> m.readOnly = flag(words, text, key, value, equals < 0);
                case "volume-nocopy" -> m.noCopy = flag(words, text, key, value, equals < 0);
                case "volume-label" -> ContainerOptions.pair(m.labels, value);
                case "tmpfs-size" -> tmpfs.add("size=" + size(words, text, value));
                case "tmpfs-mode" -> tmpfs.add("mode=" + value);
                case "bind-create-src" -> m.create = flag(words, text, key, value, equals < 0);
                case "consistency" -> {
                    // A mount is always consistent here.
                }
                case "bind-propagation" -> throw mode(value, text);
                default -> throw wrong(words, text, "unexpected key '" + key + "' in '" + field + "'");
            }
        }
        if (m.target == null) {
            throw wrong(words, text, "target is required");
        }
        if (m.type.equals("tmpfs") && m.source != null) {
            throw invalid("invalid mount config for type \"tmpfs\": field Source must not be specified");
        }
        m.options = String.join(",", tmpfs);
        return m;
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
