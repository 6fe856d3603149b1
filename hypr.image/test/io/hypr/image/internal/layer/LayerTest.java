package io.hypr.image.internal.layer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import com.github.luben.zstd.ZstdOutputStream;

import io.hypr.image.internal.oci.Layout;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarWriter;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

@Timeout(120)
class LayerTest {

    private static final Limits LIMITS = new Limits(64L << 30, 200, 1000);

    @TempDir
    Path directory;

    /** A layer large enough that igzip unpacks it, where there is one. */
    private static byte[] archive() throws IOException {
        byte[] noise = new byte[2_000_000];
        new Random(3).nextBytes(noise);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter tar = new TarWriter(out);
        tar.begin(new TarEntry("noise", TarEntry.FILE, 0644, 0, 0, noise.length, 0, "", 0, 0, Map.of()));
        tar.write(noise, 0, noise.length);
        tar.end();
        return out.toByteArray();
    }

    private Layer layer(String diffId, byte[] blob) throws IOException {
        Path file = Files.write(directory.resolve("blob"), blob);
        return new Layer(diffId, file, Layout.digest(blob), blob.length);
    }

    private static byte[] gzip(byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        }
        return out.toByteArray();
    }

    private static byte[] zstd(byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream zstd = new ZstdOutputStream(out)) {
            zstd.write(data);
        }
        return out.toByteArray();
    }

    @Test
    void anyPackingIsSeenFromTheFirstOctets() throws IOException {
        byte[] tar = archive();
        for (byte[] blob : new byte[][] {tar, gzip(tar), zstd(tar)}) {
            AtomicLong read = new AtomicLong();
            try (InputStream in = layer(Layout.digest(tar), blob).open(read::set)) {
                assertArrayEquals(tar, in.readAllBytes());
            }
            assertEquals(blob.length, read.get());
            assertEquals(2_000_000, LayerIndex.of(layer(Layout.digest(tar), blob), LIMITS).contents());
        }
    }

    @Test
    void igzipAndTheJdkReadTheSame() throws IOException {
        byte[] tar = archive();
        Path file = Files.write(directory.resolve("gz"), gzip(tar));
        var in = Gunzip.open(Files.newInputStream(file));
        assumeTrue(in.isPresent(), "igzip (Debian's package isal) is not installed.");
        try (InputStream content = in.get()) {
            assertArrayEquals(tar, content.readAllBytes());
            assertEquals(-1, content.read());
        }
    }

    @Test
    void damageOfAnyPackingIsCorrupt() throws IOException {
        byte[] tar = archive();
        for (byte[] blob : new byte[][] {gzip(tar), zstd(tar), tar}) {
            byte[] cut = Arrays.copyOf(blob, blob.length - 700_000);
            assertCorrupt(layer(Layout.digest(tar), cut));
            byte[] changed = blob.clone();
            changed[blob.length / 2] ^= 0x10;
            assertCorrupt(layer(Layout.digest(tar), changed));
        }
        byte[] sum = gzip(tar);
        sum[sum.length - 6] ^= 1;
        assertCorrupt(layer(Layout.digest(tar), sum));
    }

    private static void assertCorrupt(Layer layer) {
        HyprException e = assertThrows(HyprException.class, () -> LayerIndex.of(layer, LIMITS));
        assertEquals(ErrorCode.CORRUPT, e.code(), e.getMessage());
        assertTrue(e.getMessage().contains(layer.digest()), e.getMessage());
    }

    @Test
    void tenGigabytesOfZerosAreRefusedAfterTheFirst() throws IOException {
        Path file = directory.resolve("zeros");
        byte[] mebibyte = new byte[1 << 20];
        TarEntry zeros = new TarEntry("zeros", TarEntry.FILE, 0644, 0, 0, 10L << 30, 0, "", 0, 0, Map.of());
        // One and a half of them are enough: the rest is never asked for.
        try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(file))) {
            TarWriter tar = new TarWriter(out);
            tar.begin(zeros);
            for (int i = 0; i < 1536; i++) {
                tar.write(mebibyte, 0, mebibyte.length);
            }
        }
        Layer layer = new Layer(Layout.digest(new byte[0]), file, Layout.digest(new byte[1]), Files.size(file));
        HyprException e = assertThrows(HyprException.class, () -> LayerIndex.of(layer, LIMITS));
        assertEquals(ErrorCode.CORRUPT, e.code());
        assertTrue(e.getMessage().endsWith("unpacks to more than 1073741824."), e.getMessage());
    }

    @Test
    void anotherLayerThanTheConfigurationNamesIsCorrupt() throws IOException {
        byte[] tar = archive();
        HyprException e = assertThrows(HyprException.class, () -> LayerIndex.of(layer(Layout.digest(new byte[0]), tar), LIMITS));
        assertTrue(e.getMessage().contains("unpacks to " + Layout.digest(tar)), e.getMessage());
    }
}
