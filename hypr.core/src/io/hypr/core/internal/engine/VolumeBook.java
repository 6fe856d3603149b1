package io.hypr.core.internal.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.records.Json;
import io.hypr.core.internal.records.Records;
import io.hypr.engine.ContainerInfo.MountPoint;
import io.hypr.engine.Volumes.Volume;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The volumes of a home, each a directory {@code volumes/NAME/_data}. The record is there before the directory. A removal gives the directory the
 * name {@code .NAME} first, which no volume has: what a crash leaves is either whole or known to be on its way out. Safe for use by any thread.
 */
final class VolumeBook {

    /** Begins the names of directories of volumes that are being removed. */
    private static final String REMOVED = ".";
    private static final String FRESH = "_fresh";

    private final Engine engine;
    private final Records records;
    private final Path directory;
    private final Object filling = new Object();
    private final Map<String, Volume> volumes = new TreeMap<>();
    /** By name, containers that have a volume mounted that has options. */
    private final Map<String, Set<String>> holders = new HashMap<>();

    VolumeBook(Engine engine, Records records, Path home) {
        this.engine = engine;
        this.records = records;
        this.directory = home.resolve("volumes");
        records.volumes().forEach(v -> volumes.put(v.name, v));
        mend();
    }

    /** Ends removals that a crash cut off, and makes directories that it kept from being made. */
    private void mend() {
        String[] there = directory.toFile().list();
        Set<String> found = there == null ? Set.of() : Set.of(there);
        List<Path> removed = found.stream().filter(f -> f.startsWith(REMOVED)).map(directory::resolve).toList();
        for (Path path : removed) {
            String name = path.getFileName().toString().substring(REMOVED.length());
            if (volumes.containsKey(name) && !found.contains(name)) {
                forget(name);
            }
        }
        for (String name : List.copyOf(volumes.keySet())) {
            if (!found.contains(name)) {
                makeLate(name);
            }
        }
        if (!removed.isEmpty()) {
            engine.aside("removal of volumes", () -> removed.forEach(Clearing::delete));
        }
    }

    private void makeLate(String name) {
        try {
            ensure(name);
        } catch (HyprException e) {
            engine.log().warn("{} It is tried again when a container with it starts.", e.getMessage(), e);
        }
    }

    private Path data(String name) {
        return directory.resolve(name).resolve("_data");
    }

    /** @return a volume that is there */
    synchronized Volume find(String name) {
        Volume volume = volumes.get(name);
        if (volume == null) {
            throw new HyprException(ErrorCode.NOT_FOUND, "get " + name + ": no such volume");
        }
        return Json.copy(volume, Volume.class);
    }

    synchronized List<Volume> list() {
        return volumes.values().stream().map(v -> Json.copy(v, Volume.class)).toList();
    }

    /** @return the volume; the one that is there already, if there is one */
    Volume create(Volume wanted) {
        return keep(plan(wanted));
    }

    synchronized boolean has(String name) {
        return volumes.containsKey(name);
    }

    /**
     * Checks what is asked for, and changes nothing.
     *
     * @param wanted as {@code volume create} says it
     * @return the whole of it, with a name
     */
    Volume plan(Volume wanted) {
        Volume planned = Json.copy(wanted, Volume.class);
        planned.anonymous = planned.name == null || planned.name.isEmpty();
        planned.name = planned.anonymous ? Ids.random() : checked(planned.name);
        if (planned.driver != null && !planned.driver.isEmpty() && !planned.driver.equals("local")) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "create " + planned.name + ": error looking up volume plugin " + planned.driver
                + ": plugin \"" + planned.driver + "\" not found")
                .remedy("Leave the driver out: volumes are directories of this host.");
        }
        VolumeMount.check(planned);
        planned.driver = "local";
        planned.created = Instant.now();
        planned.mountpoint = data(planned.name).toString();
        planned.containers.clear();
        return planned;
    }

    /** @return the volume as it was planned, or the one that is there already */
    Volume keep(Volume planned) {
        Volume kept;
        synchronized (this) {
            kept = volumes.get(planned.name);
            if (kept == null) {
                records.put(planned);
                volumes.put(planned.name, planned);
                kept = planned;
            }
        }
        ensure(kept.name);
        return Json.copy(kept, Volume.class);
    }

    private static String checked(String name) {
        if (name.length() < 2) {
            throw NewContainer.invalid("create " + name + ": volume name is too short, names should be at least two alphanumeric characters");
        }
        if (!name.matches(Ids.NAME)) {
            throw NewContainer.invalid("create " + name + ": \"" + name
                    + "\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed."
                + " If you intended to pass a host directory, use absolute path");
        }
        return name;
    }

    /** Makes the directory if it is missing. */
    private void ensure(String name) {
        try {
            engine.settings().points().accept("volume.directory");
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx-----x")));
            Files.createDirectories(data(name));
        } catch (IOException e) {
            throw new HyprException(ErrorCode.DENIED, "The directory of volume " + name + " cannot be made.", e);
        }
    }

    /**
     * Sees to it that a volume is there, and fills it if it is empty.
     *
     * @param mount where it is mounted
     * @param image of the container
     * @param id of the container
     */
    void prepare(MountPoint mount, Image image, String id) {
        Path data = data(mount.name);
        Optional<VolumeMount> options;
        synchronized (this) {
            Volume volume = volumes.get(mount.name);
            if (volume == null) {
                throw new HyprException(ErrorCode.NOT_FOUND, "get " + mount.name + ": no such volume").remedy("Make it: hypr volume create " + mount.name);
            }
            options = VolumeMount.of(volume);
        }
        ensure(mount.name);
        options.ifPresent(m -> hold(mount.name, id, m));
        if (!mount.copy || options.filter(VolumeMount::isInMemory).isPresent() || !isEmpty(data)) {
            return;
        }
        Path fresh = options.isPresent() ? data.resolve(FRESH) : data.resolveSibling(FRESH);
        synchronized (filling) { // Two containers that start with one new volume: the second finds it filled.
            try {
                if (options.isEmpty()) { // Else it would be the user's.
                    Clearing.delete(fresh);
                }
                if (isEmpty(data) && engine.services().roots().extract(image, mount.target, fresh)) {
                    replace(data, fresh, options.isPresent());
                }
            } catch (IOException e) {
                throw new HyprException(ErrorCode.INTERNAL, "Volume " + mount.name + " could not be filled from the image.", e);
            }
        }
    }

    /** What is mounted stays, and gets what was extracted in it. */
    private static void replace(Path data, Path fresh, boolean mounted) throws IOException {
        if (!mounted) {
            Files.delete(data);
            Files.move(fresh, data);
            return;
        }
        for (String attribute : List.of("unix:uid", "unix:gid", "unix:mode")) {
            Files.setAttribute(data, attribute, Files.getAttribute(fresh, attribute));
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(fresh)) {
            for (Path file : files) {
                Files.move(file, data.resolve(file.getFileName()));
            }
        }
        Files.delete(fresh);
    }

    /** The first container that runs with it has it mounted; what a crash left from before is taken away. */
    private void hold(String name, String id, VolumeMount mount) {
        synchronized (holders) {
            if (!hasOther(name, id)) {
                VolumeMount.remove(data(name));
                mount.make(data(name));
            }
            holders.computeIfAbsent(name, n -> new HashSet<>()).add(id);
        }
    }

    /**
     * A container does not run any more: what is mounted for its volumes goes with the last one. Idempotent.
     *
     * @param mounts of the container
     * @param id of the container
     */
    void release(List<MountPoint> mounts, String id) {
        for (MountPoint mount : mounts) {
            Volume volume;
            synchronized (this) {
                volume = mount.type.equals("volume") ? volumes.get(mount.name) : null;
            }
            if (volume != null && VolumeMount.of(volume).isPresent()) {
                synchronized (holders) {
                    holders.getOrDefault(mount.name, new HashSet<>()).remove(id);
                    if (!hasOther(mount.name, id)) {
                        VolumeMount.remove(data(mount.name));
                    }
                }
            }
        }
    }

    /** Also those that run since before hyprd did. */
    private boolean hasOther(String name, String id) {
        return holders.getOrDefault(name, Set.of()).stream().anyMatch(h -> !h.equals(id)) || engine.all().stream()
            .anyMatch(c -> !c.id().equals(id) && c.ask(r -> r.vm != null && r.info.mounts.stream().anyMatch(m -> m.name.equals(name))));
    }

    private static boolean isEmpty(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a volume that no container has. */
    void remove(String name) {
        Volume gone = find(name);
        List<String> users = users(name);
        if (!users.isEmpty()) {
            throw new HyprException(ErrorCode.CONFLICT, "remove " + name + ": volume is in use - [" + String.join(", ", users) + "]");
        }
        discard(gone.name);
    }

    /** Removes a volume whoever has it. */
    void discard(String name) {
        Path removed = directory.resolve(REMOVED + name);
        VolumeMount.remove(data(name)); // What is in it is not the volume's to remove.
        try {
            Clearing.delete(removed);
            if (Files.exists(directory.resolve(name))) {
                Files.move(directory.resolve(name), removed, StandardCopyOption.ATOMIC_MOVE);
            }
            engine.settings().points().accept("volume.moved");
            forget(name);
            Clearing.delete(removed);
        } catch (IOException | UncheckedIOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "remove " + name + ": " + e.getMessage(), e);
        }
    }

    private synchronized void forget(String name) {
        records.removeVolume(name);
        volumes.remove(name);
    }

    /** @return ids of containers that have it */
    List<String> users(String name) {
        return engine.all().stream().filter(c -> !c.isRemoved() && c.ask(r -> r.info.mounts.stream().anyMatch(m -> m.name.equals(name))))
            .map(Container::id).toList();
    }

    /** @return bytes on the disk */
    long size(String name) {
        Path data = data(find(name).name);
        try (Stream<Path> tree = Files.walk(data)) {
            return tree.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).mapToLong(VolumeBook::length).sum();
        } catch (IOException | UncheckedIOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "Volume " + name + " cannot be read.", e);
        }
    }

    private static long length(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // It went while we looked.
        }
    }
}
