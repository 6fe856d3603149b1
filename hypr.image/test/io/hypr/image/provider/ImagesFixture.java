package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Retries;
import io.hypr.image.provider.TestImage.Tar;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/** A registry with one image, and a store of this test's own. */
abstract class ImagesFixture {

    @TempDir
    Path home;

    final byte[] noise = new byte[300_000];
    FaultyRegistry server;
    ImageStore store;
    SquashRoots roots;
    RegistryImages images;
    TestImage image;

    @BeforeEach
    void start() throws IOException {
        new Random(7).nextBytes(noise);
        server = new FaultyRegistry();
        store = new ImageStore(home);
        roots = new SquashRoots(store, new Limits(1L << 30, 200, 1000));
        images = images("docker.io=http://" + server.host());
        image = new TestImage("linux/amd64", new Tar().directory("./", 0755).file("etc/passwd", "root").file("noise", noise, java.util.Map.of()).end(),
                new Tar().file("etc/motd", "hello").file(".wh.noise", "").end(), new Tar().file("last", "x").end());
        server.push("library/app", "latest", image);
    }

    RegistryImages images(String... mirrors) {
        return new RegistryImages(store, roots, new Endpoints(List.of(mirrors), List.of()),
                new Retries(3, Duration.ofMillis(1), Duration.ofSeconds(2)), 3, null, Silent.LOGGER);
    }

    @AfterEach
    void stop() {
        images.close();
        server.close();
    }

    HyprException refused(ErrorCode code, String reference, String... words) {
        HyprException e = assertThrows(HyprException.class, () -> images.pull(reference, "linux/amd64", Progress.NONE));
        assertEquals(code, e.code(), e.getMessage());
        for (String word : words) {
            assertTrue((e.getMessage() + e.remedy().orElse("")).contains(word), e.getMessage() + e.remedy().orElse(""));
        }
        return e;
    }

    /** Nothing remains but the layout's own marks and, where allowed, partial blobs. */
    void assertNothingLeft(boolean partial) throws IOException {
        List<String> left = new ArrayList<>();
        try (Stream<Path> files = Files.walk(home)) {
            files.filter(Files::isRegularFile).map(file -> home.relativize(file).toString()).forEach(left::add);
        }
        left.removeIf(name -> List.of("content/oci-layout", "content/index.lock", "content/index.json").contains(name) || partial
                && name.startsWith("content/partial/"));
        assertEquals(List.of(), left);
        assertEquals(List.of(), images.list());
    }
}
