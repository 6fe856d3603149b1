package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.image.Image;
import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Retries;
import io.hypr.image.provider.TestImage.Tar;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/** What happens to images once they are here. */
@Timeout(60)
class KeptImagesTest extends ImagesFixture {

    @Test
    void removingAnImageRemovesWhatNoOtherNeeds() throws IOException {
        images.pull("app", "linux/amd64", Progress.NONE);
        TestImage sharing = new TestImage(
                "linux/amd64", new Tar().directory("./", 0755).file("etc/passwd", "root").file("noise", noise, java.util.Map.of()).end());
        server.push("library/share", "1", sharing);
        images.pull("share:1", "linux/amd64", Progress.NONE);
        images.tag("app", "other.example/b:2");
        assertEquals(ErrorCode.CONFLICT, assertThrows(HyprException.class, () -> images.remove(image.config, false)).code());
        assertEquals("app:latest", images.remove("app", false).getFirst().untagged());
        assertEquals(List.of("other.example/b:2"), images.find(image.config).orElseThrow().tags());
        var gone = images.remove("other.example/b:2", false);
        assertEquals(image.config, gone.get(1).deleted());
        assertEquals(4, gone.size(), gone.toString());
        assertTrue(store.layout().find(sharing.layers.getFirst()).isPresent());
        assertFalse(store.layout().find(image.layers.get(1)).isPresent());
        images.remove("share:1", false);
        assertNothingLeft(false);
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> images.remove("share:1", false)).code());
    }

    @Test
    void aNameThatMovesLeavesItsOldImageUnderItsDigest() throws IOException {
        images.pull("app", "linux/amd64", Progress.NONE);
        TestImage newer = new TestImage("linux/amd64", new Tar().file("new", "1").end());
        server.push("library/app", "latest", newer);
        assertEquals(newer.config, images.pull("app", "linux/amd64", Progress.NONE).id());
        Image old = images.find(image.config).orElseThrow();
        assertEquals(List.of(), old.tags());
        assertEquals(List.of("app@" + image.manifestDigest()), old.digests());
        images.tag(newer.config, "app:v2");
        assertEquals(new TreeSet<>(List.of("app:latest", "app:v2")), new TreeSet<>(images.find("app:v2").orElseThrow().tags()));
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> images.tag("nothing", "x")).code());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> images.tag("app", "x@" + image.manifestDigest())).code());
    }

    @Test
    void aManifestFromTheContentStoreBecomesAnImageByItsFirstName() {
        for (byte[] blob : image.blobs.values()) {
            store.layout().put(new java.io.ByteArrayInputStream(blob), null);
        }
        String manifest = store.layout().put(new java.io.ByteArrayInputStream(image.manifest), image.manifestDigest());
        images.tag(manifest, "built:1");
        Image built = images.find("built:1").orElseThrow();
        assertEquals(image.config, built.id());
        assertEquals(List.of(), built.digests());
        assertEquals(300_010, built.size());
    }

    @ParameterizedTest
    @CsvSource({"manifest", "config", "layer", "missing"})
    void damageInTheStoreIsMendedByPullingAgain(String what) throws IOException {
        Image pulled = images.pull("app", "linux/amd64", Progress.NONE);
        Path blobs = home.resolve("content/blobs/sha256");
        Path damaged = blobs.resolve((what.equals("layer") ? image.layers.getFirst() : what.equals("config") ? image.config
                : image.manifestDigest()).substring(7));
        if (what.equals("missing")) {
            Files.delete(damaged);
        } else {
            Files.write(damaged, new byte[50]);
        }
        Path squash = roots.readOnly(pulled, Progress.NONE);
        Files.delete(squash);
        store = new ImageStore(home);
        roots = new SquashRoots(store, new Limits(1L << 30, 200, 1000));
        images.close();
        images = images("docker.io=http://" + server.host());
        Image listed = images.list().getFirst();
        assertEquals(List.of("app:latest"), listed.tags());
        assertEquals(ErrorCode.CORRUPT, assertThrows(HyprException.class, () -> roots.readOnly(listed, Progress.NONE)).code());
        assertEquals(image.config, images.pull("app", "linux/amd64", Progress.NONE).id());
        assertTrue(Files.isRegularFile(squash));
    }

    @Test
    void aDamagedImageCanBeRemovedAndADamagedIndexIsNamed() throws IOException {
        images.pull("app", "linux/amd64", Progress.NONE);
        Files.write(home.resolve("content/blobs/sha256").resolve(image.manifestDigest().substring(7)), new byte[5]);
        store = new ImageStore(home);
        images.close();
        images = images("docker.io=http://" + server.host());
        images.remove("app", false);
        assertEquals(List.of(), images.list());
        Files.writeString(home.resolve("content/index.json"), "{");
        HyprException e = assertThrows(HyprException.class, () -> images.list());
        assertEquals(ErrorCode.CORRUPT, e.code());
        assertTrue(e.getMessage().contains("index.json") && e.remedy().orElseThrow().contains("aside"));
    }

    @Test
    void aFullDiskIsNamedAndNothingIsLeft() throws Exception {
        Path small = Files.createDirectory(home.resolve("small"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", small.toString()).redirectErrorStream(true).start();
        org.junit.jupiter.api.Assumptions.assumeTrue(mount.waitFor() == 0, "A small file system cannot be mounted here.");
        try {
            ImageStore full = new ImageStore(small);
            RegistryImages there = new RegistryImages(full, new SquashRoots(full, new Limits(1L << 30, 200, 1000)), new Endpoints(List.of(), List.of()),
                    new Retries(2, Duration.ZERO, Duration.ofSeconds(2)), 3, null, Silent.LOGGER);
            HyprException e = assertThrows(HyprException.class, () -> there.pull(server.host() + "/library/app", "linux/amd64", Progress.NONE));
            assertEquals(ErrorCode.EXHAUSTED, e.code(), e.getMessage());
            assertTrue(e.getMessage().contains(small.toString()));
            try (Stream<Path> files = Files.walk(small)) {
                assertEquals(List.of("oci-layout"), files.filter(Files::isRegularFile).map(f -> f.getFileName().toString())
                        .filter(n -> !n.equals("index.lock")).toList());
            }
            there.close();
        } finally {
            assertEquals(0, new ProcessBuilder("umount", small.toString()).start().waitFor());
        }
    }
}
