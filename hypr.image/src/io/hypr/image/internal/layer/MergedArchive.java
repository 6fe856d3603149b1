package io.hypr.image.internal.layer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.hypr.tar.TarEntry;
import io.hypr.tar.TarException;
import io.hypr.tar.TarReader;
import io.hypr.tar.TarWriter;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/**
 * All layers of an image as one tar archive in which every path stands once: first whatever has no content, parents before what is in them;
 * then the files, layer by layer, since layers can only be read from their beginning; then further names of files. The same layers give the
 * same archive.
 */
public final class MergedArchive {

    private static final int BUFFER = 1 << 17;

    private final List<LayerIndex> layers;
    private final List<TarEntry> head = new ArrayList<>();
    private final List<TarEntry> links = new ArrayList<>();
    private final List<Map<Integer, String>> files = new ArrayList<>();

    /**
     * Works out the file tree.
     *
     * @param layers the layers, the lowest first
     * @throws HyprException {@code CORRUPT} if a layer leads out of the root or contradicts itself
     */
    public MergedArchive(List<LayerIndex> layers) {
        this.layers = layers;
        FileTree tree = new FileTree();
        for (int i = 0; i < layers.size(); i++) {
            files.add(new HashMap<>());
            try {
                tree.apply(i, layers.get(i).entries());
            } catch (TarException e) {
                throw LayerIndex.broken(layers.get(i).layer(), e);
            }
        }
        collect(tree.root(), "", new IdentityHashMap<>());
    }

    private void collect(FileTree.Node node, String path, Map<FileTree.Inode, String> first) {
        FileTree.Inode inode = node.inode;
        if (node.isDirectory()) {
            head.add(clean(inode.entry, path.isEmpty() ? "./" : path + "/"));
            node.children.entrySet().stream().sorted(Map.Entry.comparingByKey())
                    .forEach(child -> collect(child.getValue(), path.isEmpty() ? child.getKey() : path + "/" + child.getKey(), first));
            return;
        }
        String earlier = first.putIfAbsent(inode, path);
        if (earlier != null) {
            links.add(inode.entry.linked(path, earlier));
        } else if (inode.entry.type() == TarEntry.FILE) {
            files.get(inode.layer).put(inode.ordinal, path);
        } else {
            head.add(clean(inode.entry, path));
        }
    }

    /**
     * Writes the archive.
     *
     * @param out written to, not closed
     * @param progress hears how far each layer is
     * @throws IOException if writing fails
     * @throws HyprException if a layer cannot be read, {@code CANCELLED} if the thread is interrupted
     */
    public void write(OutputStream out, Progress progress) throws IOException {
        TarWriter tar = new TarWriter(out);
        for (TarEntry entry : head) {
            tar.begin(entry);
        }
        byte[] buffer = new byte[BUFFER];
        for (int i = 0; i < layers.size(); i++) {
            copy(layers.get(i).layer(), files.get(i), tar, buffer, progress);
        }
        for (TarEntry entry : links) {
            tar.begin(entry);
        }
        tar.end();
    }

    private static void copy(Layer layer, Map<Integer, String> wanted, TarWriter to, byte[] buffer, Progress progress) throws IOException {
        long[] told = new long[1];
        try (InputStream in = wanted.isEmpty() ? InputStream.nullInputStream() : layer.open(sum -> {
            if (sum - told[0] > layer.size() >> 6) {
                told[0] = sum;
                progress.step(layer.shortName(), "Extracting", sum, layer.size());
            }
        })) {
            TarReader from = new TarReader(in);
            int missing = wanted.size();
            for (int ordinal = 0; missing > 0; ordinal++) {
                TarEntry entry = read(layer, from);
                String path = wanted.get(ordinal);
                if (path != null) {
                    missing--;
                    to.begin(clean(entry, path));
                    for (int n = read(layer, from, buffer); n >= 0; n = read(layer, from, buffer)) {
                        to.write(buffer, 0, n);
                        if (Thread.currentThread().isInterrupted()) {
                            throw new HyprException(ErrorCode.CANCELLED, "Unpacking layer " + layer.digest() + " was cancelled.");
                        }
                    }
                }
            }
        }
        progress.step(layer.shortName(), "Pull complete", 0, 0);
    }

    /** Only what goes wrong with the layer is the layer's fault, not what goes wrong with the output. */
    private static TarEntry read(Layer layer, TarReader from) {
        try {
            TarEntry entry = from.next();
            if (entry == null) {
                throw new TarException("It has become shorter since it was read first.");
            }
            return entry;
        } catch (IOException e) {
            throw LayerIndex.broken(layer, e);
        }
    }

    private static int read(Layer layer, TarReader from, byte[] buffer) {
        try {
            return from.read(buffer, 0, buffer.length);
        } catch (IOException e) {
            throw LayerIndex.broken(layer, e);
        }
    }

    /**
     * Leaves attributes out that the guest's overlay file system would take for its own marks and that SquashFS cannot hold, and times
     * before 1970 and after 2106.
     */
    private static TarEntry clean(TarEntry e, String path) {
        Map<String, byte[]> xattrs = new LinkedHashMap<>();
        e.xattrs().forEach((name, value) -> {
            boolean known = name.startsWith("user.") || name.startsWith("security.") || name.startsWith("trusted.");
            if (known && !name.startsWith("trusted.overlay.") && !name.startsWith("user.overlay.")) {
                xattrs.put(name, value);
            }
        });
        long mtime = Math.clamp(e.mtime(), 0, 0xffff_ffffL);
        return new TarEntry(path, e.type(), e.mode(), e.uid(), e.gid(), e.size(), mtime, e.link(), e.major(), e.minor(), xattrs);
    }
}
