package io.hypr.core.internal.engine;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.engine.Volumes.Volume;
import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.mount.FileSystemMount;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What a volume with options has mounted on the host while a container with it runs, as Docker's driver {@code local} does: the options
 * {@code type}, {@code device} and {@code o} are arguments of mount(2), and of what {@code o} lists, names of flags are flags and all else is
 * for the file system.
 *
 * @param source device or directory
 * @param type of the file system
 * @param flags of mount(2)
 * @param data options for the file system
 */
record VolumeMount(String source, String type, long flags, String data) {

    private static final long BIND = 4096;
    private static final long READ_ONLY = 1;
    private static final long REMOUNT = 32;
    private static final Set<String> OPTIONS = Set.of("type", "device", "o", "size");
    private static final Map<String, List<String>> NEEDS =
        new TreeMap<>(Map.of("device", List.of("type"), "o", List.of("device", "type"), "type", List.of("device")));
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtp]?i?b?)", Pattern.CASE_INSENSITIVE);

    private static final Map<String, Long> SET = Map.ofEntries(Map.entry("defaults", 0L), Map.entry("ro", READ_ONLY), Map.entry("nosuid", 2L),
        Map.entry("nodev", 4L), Map.entry("noexec", 8L), Map.entry("sync", 16L), Map.entry("mand", 64L), Map.entry("dirsync", 128L),
        Map.entry("noatime", 1024L), Map.entry("nodiratime", 2048L), Map.entry("bind", BIND), Map.entry("rbind", BIND | 16384),
        Map.entry("relatime", 1L << 21), Map.entry("strictatime", 1L << 24));
    private static final Map<String, Long> CLEAR = Map.of("rw", READ_ONLY, "suid", 2L, "dev", 4L, "exec", 8L, "async", 16L, "nomand", 64L,
        "atime", 1024L, "diratime", 2048L, "norelatime", 1L << 21, "nostrictatime", 1L << 24);

    /** Refuses options that Docker refuses. */
    static void check(Volume volume) {
        String create = "create " + volume.name + ": ";
        for (String option : volume.options.keySet()) {
            if (!OPTIONS.contains(option)) {
                throw NewContainer.invalid(create + "invalid option: \"" + option + "\"");
            }
        }
        NEEDS.forEach((option, needs) -> {
            for (String needed : needs) {
                if (volume.options.containsKey(option) && !volume.options.containsKey(needed)) {
                    throw NewContainer.invalid(create + "missing required option: \"" + needed + "\"");
                }
            }
        });
        String size = volume.options.get("size");
        if (size != null) {
            Matcher words = SIZE.matcher(size);
            if (!words.matches()) {
                throw NewContainer.invalid(create + "invalid size: '" + size + "'");
            }
            if (Double.parseDouble(words.group(1)) > 0) {
                throw new HyprException(ErrorCode.UNSUPPORTED, create + "quota size requested but no quota support")
                    .remedy("A volume in memory has a size: -o type=tmpfs -o device=tmpfs -o o=size=" + size);
            }
        }
    }

    /** @return what is mounted for a volume; empty = it is a directory and nothing else */
    static Optional<VolumeMount> of(Volume volume) {
        String source = volume.options.getOrDefault("device", "");
        String type = volume.options.getOrDefault("type", "");
        if (source.isEmpty() && type.isEmpty()) {
            return Optional.empty();
        }
        MountFlags all = MountFlags.of(volume.options.getOrDefault("o", ""), 0, SET, CLEAR);
        return Optional.of(new VolumeMount(source, type, all.flags(), all.data()));
    }

    /** Whether its content goes with the last container: Docker fills a new volume as it creates a container, and unmounts it before the start. */
    boolean isInMemory() {
        return type.equals("tmpfs") || type.equals("ramfs");
    }

    /** Mounts it, of directories of the host also read-only, for which the kernel wants to be asked again. */
    void make(Path place) {
        String mounting = "error while mounting volume '" + place + "': ";
        if (source.isEmpty()) {
            throw NewContainer.invalid(mounting + "missing device in volume options");
        }
        String options = addressed(mounting);
        try {
            FileSystemMount.make(source, place, type, flags, options);
            if ((flags & (BIND | READ_ONLY)) == (BIND | READ_ONLY)) {
                FileSystemMount.make("", place, "", flags | REMOUNT, "");
            }
        } catch (ErrnoException e) {
            throw new HyprException(e.errno() == ErrnoException.ENOENT ? ErrorCode.NOT_FOUND : ErrorCode.INTERNAL,
                mounting + "failed to mount local volume: mount " + source + ":" + place + (flags == 0 ? "" : ", flags: 0x" + Long.toHexString(flags))
                    + (options.isEmpty() ? "" : ", data: " + options) + ": " + Errno.text(e.errno()), e);
        }
    }

    /** The kernel knows servers of NFS and CIFS by their addresses only. */
    private String addressed(String mounting) {
        if (!type.equals("nfs") && !type.equals("cifs")) {
            return data;
        }
        List<String> options = new ArrayList<>();
        for (String option : data.split(",")) {
            try {
                options.add(option.startsWith("addr=") ? "addr=" + InetAddress.getByName(option.substring(5)).getHostAddress() : option);
            } catch (IOException e) {
                throw new HyprException(ErrorCode.INTERNAL,
                    mounting + "error resolving passed in network volume address: lookup " + option.substring(5) + ": no such host", e);
            }
        }
        return String.join(",", options);
    }

    /** Takes away all that is mounted there. Idempotent. */
    static void remove(Path place) {
        try {
            while (FileSystemMount.remove(place)) {
                continue; // One may lie over another.
            }
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ENOENT) {
                throw new HyprException(ErrorCode.INTERNAL, "What is mounted at " + place + " cannot be taken away.", e);
            }
        }
    }
}
