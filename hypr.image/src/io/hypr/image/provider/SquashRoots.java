package io.hypr.image.provider;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import io.hypr.image.Image;
import io.hypr.image.RootFileSystems;
import io.hypr.image.internal.layer.Layer;
import io.hypr.image.internal.layer.LayerIndex;
import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.layer.MergedArchive;
import io.hypr.image.internal.layer.SquashCopy;
import io.hypr.image.internal.layer.SquashFs;
import io.hypr.image.internal.oci.Descriptor;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/** Root file systems as SquashFS files under {@code $HYPR_HOME/rootfs}, one for each stack of layers; writable disks as copies of empty ones. */
@Component(service = {RootFileSystems.class, SquashRoots.class}, configurationPid = Settings.PID)
public final class SquashRoots implements RootFileSystems {

    private static final long RESERVE = 64L << 20;
    private static final Duration ABANDONED = Duration.ofHours(1);

    private final ImageStore store;
    private final Limits limits;
    private final WritableDisks disks;
    private final Turns turns = new Turns();

    /**
     * @param store what is here
     * @param settings limits
     * @param properties the same, to find unknown keys
     */
    @Activate
    public SquashRoots(@Reference ImageStore store, Settings settings, Map<String, Object> properties) {
        this(store, new Limits(settings.maximum_size(), settings.maximum_expansion(), settings.maximum_files()));
        Settings.Keys.check(properties);
    }

    SquashRoots(ImageStore store, Limits limits) {
        this.store = store;
        this.limits = limits;
        this.disks = new WritableDisks(store.rootfs());
    }

    @Override
    public Path readOnly(Image image, Progress progress) {
        ImageStore.Parts parts = store.parts(store.entry(image.id()).manifest().digest());
        Path file = file(parts.chainId());
        return turns.take(parts.chainId(), () -> {
            if (!Files.isRegularFile(file)) {
                make(parts, index(parts, progress), progress);
            }
            return file;
        });
    }

    @Override
    public boolean extract(Image image, String path, Path to) {
        return SquashCopy.run(readOnly(image, Progress.NONE), path, to);
    }

    @Override
    public void writable(Path file, long size, int uid) {
        disks.make(file, size, uid);
    }

    @Override
    public void copy(Path disk, Path file, int uid) {
        disks.copy(disk, file, uid);
    }

    @Override
    public long written(Path file) throws IOException {
        return disks.written(file);
    }

    /** Returns where the root file system of a stack of layers is, or would be. */
    Path file(String chainId) {
        return store.rootfs().resolve(chainId.substring(7) + ".sqfs");
    }

    /** Reads the headers of all layers, which also verifies them. */
    List<LayerIndex> index(ImageStore.Parts parts, Progress progress) {
        List<Callable<LayerIndex>> tasks = new ArrayList<>();
        for (int i = 0; i < parts.manifest().layers().size(); i++) {
            int layer = i;
            tasks.add(() -> index(parts, layer, progress));
        }
        return Together.run(tasks);
    }

    LayerIndex index(ImageStore.Parts parts, int i, Progress progress) {
        Descriptor blob = parts.manifest().layers().get(i);
        progress.step(blob.shortName(), "Extracting", 0, blob.size());
        Path file = store.layout().find(blob.digest()).orElseThrow(
                () -> new HyprException(ErrorCode.CORRUPT,
                "The content store " + store.layout().root() + " lacks the layer " + blob.digest() + ".").remedy("Pull the image again."));
        return LayerIndex.of(new Layer(parts.configuration().layers().get(i), file, blob.digest(), blob.size()), limits);
    }

    /**
     * Makes a root file system, in place of what is there.
     *
     * @return octets of each unpacked layer
     */
    List<Long> make(ImageStore.Parts parts, List<LayerIndex> layers, Progress progress) {
        long contents = layers.stream().mapToLong(LayerIndex::contents).sum();
        if (contents > limits.size()) {
            throw new HyprException(ErrorCode.CORRUPT, "The image " + parts.id() + " unpacks to " + contents + " octets; " + limits.size() + " are allowed.")
                    .remedy("Raise maximum.size of io.hypr.image if the image can be trusted.");
        }
        Path file = file(parts.chainId());
        try {
            Files.createDirectories(file.getParent());
            sweep(file.getParent());
            long room = Files.getFileStore(file.getParent()).getUsableSpace();
            long packed = layers.stream().mapToLong(layer -> layer.layer().size()).sum();
            if (room < packed + RESERVE) {
                throw new HyprException(ErrorCode.EXHAUSTED, "The disk of " + file.getParent() + " has room for " + (room >> 20)
                        + " MiB; the root file system of the image " + parts.id()
                        + " needs about " + (packed + RESERVE >> 20) + " MiB.").remedy("Make room, or remove images that are not needed.");
            }
            Path made = Files.createTempFile(file.getParent(), "making-", ".sqfs");
            try {
                Files.delete(made);
                SquashFs.pack(new MergedArchive(layers), made, progress);
                Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(made);
            }
            try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw store.layout().trouble(e);
        }
        return sizes(layers);
    }

    /** @return octets of each unpacked layer, the lowest first */
    static List<Long> sizes(List<LayerIndex> layers) {
        return layers.stream().map(LayerIndex::contents).toList();
    }

    /** Removes what a process that was killed left unfinished. */
    private static void sweep(Path directory) throws IOException {
        Instant limit = Instant.now().minus(ABANDONED);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "making-*")) {
            for (Path file : files) {
                if (Files.exists(file) && Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    /** Makes a root file system while nobody else makes the same. */
    List<Long> remake(ImageStore.Parts parts, List<LayerIndex> layers, Progress progress) {
        return turns.take(parts.chainId(), () -> make(parts, layers, progress));
    }
}
