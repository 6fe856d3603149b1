package io.hypr.image.internal.layer;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipException;

import io.hypr.image.internal.oci.Layout;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarException;
import io.hypr.tar.TarReader;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The headers of a layer, in order: the first of two passes over it. What files contain is read past, so that memory depends on how many
 * files there are, not on how large they are.
 *
 * @param layer the layer
 * @param entries its headers
 * @param contents octets of its regular files
 */
public record LayerIndex(Layer layer, List<TarEntry> entries, long contents) {

    /**
     * Reads a layer through, checks it against its diff id and the limits.
     *
     * @param layer the layer
     * @param limits what it may cost
     * @return its headers
     * @throws HyprException {@code CORRUPT} if it is no sound archive or another one than the configuration names, {@code EXHAUSTED} if it
     * costs too much, {@code CANCELLED} if the thread is interrupted
     */
    public static LayerIndex of(Layer layer, Limits limits) {
        List<TarEntry> entries = new ArrayList<>();
        long contents = 0;
        MessageDigest digest = Layout.sha256();
        long most = Math.min(limits.size(), Math.max(Limits.FREE, Math.multiplyFull((int) Math.min(layer.size(), Integer.MAX_VALUE), limits.expansion())));
        try (InputStream packed = layer.open(n -> {
        }); InputStream in = new DigestInputStream(new Counted(packed, sum -> guard(layer, sum, most, limits)), digest)) {
            TarReader tar = new TarReader(in);
            for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
                if (entries.size() >= limits.files()) {
                    throw new HyprException(ErrorCode.EXHAUSTED, "Layer " + layer.digest() + " has more than " + limits.files() + " files.")
                            .remedy("Raise maximum.files of io.hypr.image if the image can be trusted.");
                }
                entries.add(entry);
                contents += entry.size();
            }
            byte[] rest = new byte[1 << 16];
            while (in.read(rest) >= 0) {
                // The diff id covers what follows the end of the archive, too.
            }
        } catch (IOException e) {
            throw broken(layer, e);
        }
        String diffId = "sha256:" + HexFormat.of().formatHex(digest.digest());
        if (!diffId.equals(layer.diffId())) {
            throw new HyprException(ErrorCode.CORRUPT,
                    "Layer " + layer.digest() + " unpacks to " + diffId + ", but the image's configuration names " + layer.diffId() + ".");
        }
        return new LayerIndex(layer, entries, contents);
    }

    private static void guard(Layer layer, long sum, long most, Limits limits) throws IOException {
        if (sum > most) {
            throw new HyprException(ErrorCode.CORRUPT, "Layer " + layer.digest() + " of " + layer.size() + " octets unpacks to more than " + most + ".")
                    .remedy("Raise maximum.size (" + limits.size() + ") or maximum.expansion (" + limits.expansion()
                    + ") of io.hypr.image if the image can be trusted.");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException();
        }
    }

    /** Tells damage from trouble with the disk. */
    static HyprException broken(Layer layer, IOException e) {
        return switch (e) {
            case InterruptedIOException _ -> new HyprException(ErrorCode.CANCELLED, "Unpacking layer " + layer.digest() + " was cancelled.", e);
            case java.nio.channels.ClosedByInterruptException _ ->
                    new HyprException(ErrorCode.CANCELLED, "Unpacking layer " + layer.digest() + " was cancelled.", e);
            case TarException t -> new HyprException(ErrorCode.CORRUPT, "Layer " + layer.digest() + " is not a sound archive. " + t.getMessage());
            case EOFException _ -> new HyprException(ErrorCode.CORRUPT, "Layer " + layer.digest() + " is not a sound archive: it is cut short.", e);
            case ZipException _ -> new HyprException(ErrorCode.CORRUPT, "Layer " + layer.digest() + " is not soundly packed by gzip.", e);
            case com.github.luben.zstd.ZstdIOException _ ->
                    new HyprException(ErrorCode.CORRUPT, "Layer " + layer.digest() + " is not soundly packed by zstd.", e);
            default -> new HyprException(ErrorCode.INTERNAL, "Layer " + layer.digest() + " cannot be read from " + layer.file() + ".", e);
        };
    }
}
