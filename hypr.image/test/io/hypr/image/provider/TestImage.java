package io.hypr.image.provider;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

import com.github.luben.zstd.Zstd;

import io.hypr.image.internal.oci.Layout;
import io.hypr.tar.TarEntry;
import io.hypr.tar.TarWriter;

/** An image made in memory: its blobs by digest, and its manifest. */
final class TestImage {

    final Map<String, byte[]> blobs = new LinkedHashMap<>();
    final List<String> layers = new ArrayList<>();
    final String config;
    final byte[] manifest;

    TestImage(String platform, byte[]... tars) {
        this(platform, "application/vnd.oci.image", tars);
    }

    /** Layers are packed by gzip, zstd and not at all, in turn. */
    TestImage(String platform, String family, byte[]... tars) {
        List<String> diffIds = new ArrayList<>();
        StringBuilder descriptors = new StringBuilder();
        for (int i = 0; i < tars.length; i++) {
            byte[] packed = i % 3 == 0 ? gzip(tars[i]) : i % 3 == 1 ? Zstd.compress(tars[i]) : tars[i];
            diffIds.add('"' + Layout.digest(tars[i]) + '"');
            layers.add(put(packed));
            descriptors.append(i == 0 ? "" : ",").append(descriptor(family.contains("docker")
                    ? "application/vnd.docker.image.rootfs.diff.tar.gzip" : "application/vnd.oci.image.layer.v1.tar", packed));
        }
        String[] p = platform.split("/");
        byte[] configuration = ("""
                {"architecture":"%s","os":"%s"%s,"created":"2024-05-06T07:08:09.5Z","author":"somebody",\
                "config":{"User":"www:www","ExposedPorts":{"80/tcp":{}},"Env":["A=b"],"Entrypoint":["/e"],
                 "Cmd":["c","d"],"Volumes":{"/v":{}},"WorkingDir":"/w","Labels":{"k":"v"},"StopSignal":"SIGQUIT","Shell":["/bin/ash"],
                 "Healthcheck":{"Test":["CMD","true"],"Interval":5000000000,"Retries":2}},
                 "rootfs":{"type":"layers","diff_ids":[%s]},"history":[{"created":"2024-05-06T07:08:09Z","created_by":"made","empty_layer":true}]}""")
                .formatted(p[1], p[0], p.length > 2 ? ",\"variant\":\"" + p[2] + "\"" : "", String.join(",", diffIds)).getBytes(StandardCharsets.UTF_8);
        config = put(configuration);
        manifest = """
                {"schemaVersion":2,"mediaType":"%s","config":%s,"layers":[%s]}"""
                .formatted(family.contains("docker") ? "application/vnd.docker.distribution.manifest.v2+json" : "application/vnd.oci.image.manifest.v1+json",
                        descriptor(family.contains("docker") ? "application/vnd.docker.container.image.v1+json"
                        : "application/vnd.oci.image.config.v1+json", configuration), descriptors)
                .getBytes(StandardCharsets.UTF_8);
    }

    String manifestDigest() {
        return Layout.digest(manifest);
    }

    private String put(byte[] blob) {
        String digest = Layout.digest(blob);
        blobs.put(digest, blob);
        return digest;
    }

    static String descriptor(String type, byte[] blob) {
        return "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d}".formatted(type, Layout.digest(blob), blob.length);
    }

    static byte[] gzip(byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** A tar archive: members and what files contain. */
    static final class Tar {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final TarWriter writer = new TarWriter(out);

        Tar file(String name, String content) {
            return file(name, content.getBytes(StandardCharsets.UTF_8), Map.of());
        }

        Tar file(String name, byte[] content, Map<String, byte[]> xattrs) {
            return add(new TarEntry(name, TarEntry.FILE, 0644, 1, 2, content.length, 1_600_000_000, "", 0, 0, xattrs), content);
        }

        Tar directory(String name, int mode) {
            return add(new TarEntry(name, TarEntry.DIRECTORY, mode, 0, 0, 0, 1_600_000_000, "", 0, 0, Map.of()));
        }

        Tar link(char type, String name, String target) {
            return add(new TarEntry(name, type, 0777, 0, 0, 0, 0, target, 0, 0, Map.of()));
        }

        Tar device(char type, String name, int major, int minor) {
            return add(new TarEntry(name, type, 0620, 0, 5, 0, 0, "", major, minor, Map.of()));
        }

        Tar add(TarEntry entry, byte... content) {
            try {
                writer.begin(entry);
                writer.write(content, 0, content.length);
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        byte[] end() {
            try {
                writer.end();
                return out.toByteArray();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
