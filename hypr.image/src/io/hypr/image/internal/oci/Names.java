package io.hypr.image.internal.oci;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The names of images: {@code index.json} of the layout, which is their only record. Changed as a whole under a lock that also holds
 * between two versions of this bundle.
 */
public final class Names {

    private static final String FILE = "index.json";
    private static final String NAME = "io.containerd.image.name";
    private static final String TAG = "org.opencontainers.image.ref.name";
    private static final String TARGET = "io.hypr.image.target";
    private static final String SIZE = "io.hypr.image.size";
    private static final String LAYERS = "io.hypr.image.layers";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Layout layout;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Seen seen = new Seen(new byte[0], List.of());

    /** What the file said last, and what that means: most who ask find it unchanged. */
    private record Seen(byte[] content, List<Entry> entries) {
    }

    /**
     * One name of an image, or an image without a name.
     *
     * @param name full form, or empty
     * @param manifest the image's manifest
     * @param platform what it runs on
     * @param target digest under which the registry has it: of the manifest, or of the index that names it; empty if it is from no registry
     * @param size octets of the unpacked layers
     * @param layers octets of each of them, the lowest first; empty where an older HYPR made the entry
     */
    public record Entry(String name, Descriptor manifest, String platform, String target, long size, List<Long> layers) {

        /** Copies the list. */
        public Entry {
            layers = List.copyOf(layers);
        }

        /**
         * @param name as above
         * @param manifest as above
         * @param platform as above
         * @param target as above
         * @param layers as above
         */
        public Entry(String name, Descriptor manifest, String platform, String target, List<Long> layers) {
            this(name, manifest, platform, target, layers.stream().mapToLong(Long::longValue).sum(), layers);
        }

        /**
         * @param other another name
         * @return the same image under it
         */
        public Entry named(String other) {
            return new Entry(other, manifest, platform, target, size, layers);
        }
    }

    /**
     * @param layout where index.json lies
     */
    public Names(Layout layout) {
        this.layout = layout;
    }

    /**
     * @return all entries, the oldest first
     * @throws HyprException {@code CORRUPT} if the index is damaged
     */
    public List<Entry> entries() {
        byte[] content = layout.content(FILE).orElse(null);
        if (content == null) {
            return List.of();
        }
        Seen before = seen;
        if (Arrays.equals(before.content, content)) {
            return before.entries;
        }
        List<Entry> entries = new ArrayList<>();
        String what = "The index of images " + layout.root().resolve(FILE);
        try {
            for (JsonNode m : Json.object(content, what).path("manifests")) {
                JsonNode a = m.path("annotations");
                entries.add(new Entry(a.path(NAME).asText(""), Descriptor.of(m, what), Platform.of(m.path("platform")).toString(),
                        a.path(TARGET).asText(""), a.path(SIZE).asLong(), sizes(a.path(LAYERS).asText(""))));
            }
        } catch (HyprException e) {
            throw e.code() == ErrorCode.CORRUPT ? e.remedy("Move the directory " + layout.root() + " aside and pull the images again.") : e;
        }
        seen = new Seen(content, List.copyOf(entries));
        return seen.entries;
    }

    /**
     * Changes the entries. Nobody sees a part of the change.
     *
     * @param change gets the present entries, returns the new ones; called once
     */
    public void update(UnaryOperator<List<Entry>> change) {
        lock.lock();
        try (FileChannel channel = open(); FileLock held = lock(channel)) {
            List<Entry> before = entries();
            List<Entry> after = change.apply(List.copyOf(before));
            if (held.isValid() && !after.equals(before)) {
                layout.write(FILE, Json.bytes(json(after)));
            }
        } catch (IOException e) {
            throw layout.trouble(e);
        } finally {
            lock.unlock();
        }
    }

    private FileChannel open() throws IOException {
        Path file = layout.root().resolve("index.lock");
        Files.createDirectories(file.getParent());
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private FileLock lock(FileChannel channel) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        do {
            try {
                FileLock held = channel.tryLock();
                if (held != null) {
                    return held;
                }
            } catch (OverlappingFileLockException e) {
                // Another version of this bundle in the same process: its changes take milliseconds, too.
            }
            LockSupport.parkNanos(1_000_000);
        } while (System.nanoTime() < end);
        throw new HyprException(ErrorCode.IN_USE, "The index of images in " + layout.root() + " is locked by another process.");
    }

    private static List<Long> sizes(String words) {
        return words.isEmpty() ? List.of() : Arrays.stream(words.split(" ")).map(Long::valueOf).toList();
    }

    private static ObjectNode json(List<Entry> entries) {
        ObjectNode index = Json.object().put("schemaVersion", 2).put("mediaType", "application/vnd.oci.image.index.v1+json");
        var manifests = index.putArray("manifests");
        for (Entry e : entries) {
            ObjectNode m = manifests.addObject().put("mediaType", e.manifest.mediaType()).put("digest", e.manifest.digest()).put("size", e.manifest.size());
            String[] platform = e.platform.split("/");
            ObjectNode p = m.putObject("platform").put("architecture", platform.length > 1 ? platform[1] : "").put("os", platform[0]);
            if (platform.length > 2) {
                p.put("variant", platform[2]);
            }
            ObjectNode a = m.putObject("annotations").put(SIZE, Long.toString(e.size));
            if (!e.layers.isEmpty()) {
                a.put(LAYERS, e.layers.stream().map(String::valueOf).collect(Collectors.joining(" ")));
            }
            if (!e.name.isEmpty()) {
                a.put(NAME, e.name);
                String tag = Reference.parse(e.name).tag();
                if (!tag.isEmpty()) {
                    a.put(TAG, tag);
                }
            }
            if (!e.target.isEmpty()) {
                a.put(TARGET, e.target);
            }
        }
        return index;
    }
}
