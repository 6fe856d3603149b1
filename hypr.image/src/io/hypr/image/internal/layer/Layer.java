package io.hypr.image.internal.layer;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;

/**
 * A layer of an image as it lies on the disk: a tar archive, as it is or packed by gzip or zstd. What it is packed by is seen from its
 * first octets, since media types are wrong in the wild.
 *
 * @param diffId digest of the unpacked archive, {@code sha256:...}
 * @param file the blob
 * @param digest the blob's digest
 * @param size octets of the blob
 */
public record Layer(String diffId, Path file, String digest, long size) {

    private static final int BUFFER = 1 << 17;
    private static final long WORTH_A_PROCESS = 1 << 20;

    /** @return the first 12 digits of the blob's digest, by which Docker calls a layer */
    public String shortName() {
        return digest.substring(7, 19);
    }

    /**
     * Opens the archive.
     *
     * @param read counts octets of the blob
     * @return the unpacked archive
     * @throws IOException if the file cannot be read or its packing is not sound
     */
    InputStream open(Counted.Listener read) throws IOException {
        InputStream file = new Counted(Files.newInputStream(this.file), read);
        try {
            BufferedInputStream in = new BufferedInputStream(file, BUFFER);
            in.mark(4);
            byte[] magic = in.readNBytes(4);
            in.reset();
            if (magic.length >= 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b) {
                Optional<InputStream> fast = size < WORTH_A_PROCESS ? Optional.empty() : Gunzip.open(in);
                return fast.isPresent() ? fast.get() : new GZIPInputStream(in, BUFFER);
            }
            if (magic.length == 4 && magic[0] == 0x28 && magic[1] == (byte) 0xb5 && magic[2] == 0x2f && magic[3] == (byte) 0xfd) {
                return new ZstdInputStreamNoFinalizer(in);
            }
            return in;
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }
}
