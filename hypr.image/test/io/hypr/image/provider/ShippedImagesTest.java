package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.image.Image;
import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Retries;
import io.hypr.model.Progress;

@Timeout(120)
class ShippedImagesTest {

    @TempDir
    Path home;

    private static int run(Path log, String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
    }

    @Test
    void theImagesOfTheDistributionNeedNoRegistry() throws Exception {
        Path archives = home.resolve("share");
        Path log = home.resolve("log");
        assertEquals(0, run(log, "images/build.sh", archives.toString()), () -> read(log));
        byte[] first = Files.readAllBytes(archives.resolve("welcome.tar"));
        assertEquals(0, run(log, "images/build.sh", archives.toString()), () -> read(log));
        assertTrue(java.util.Arrays.equals(first, Files.readAllBytes(archives.resolve("welcome.tar"))), "two builds differ");

        ImageStore store = new ImageStore(home);
        SquashRoots roots = new SquashRoots(store, new Limits(1L << 30, 200, 100_000));
        RegistryImages images = new RegistryImages(store, roots, new Endpoints(List.of(), List.of()),
                new Retries(1, Duration.ZERO, Duration.ofSeconds(1)), 1, archives, Silent.LOGGER);
        Image welcome = images.find("hypr/welcome").orElseThrow();
        assertEquals(List.of("hypr/welcome:latest"), welcome.tags());
        assertEquals(Set.of("80/tcp"), welcome.config().exposedPorts());
        assertEquals(List.of("welcome"), welcome.config().cmd());
        assertEquals(List.of("sh"), images.pull("hypr/busybox:latest", null, Progress.NONE).config().cmd());
        assertEquals(2, images.list().size());
        assertTrue(Files.size(roots.readOnly(welcome, Progress.NONE)) > 500_000);
        assertTrue(images.find("hypr/other").isEmpty());
        images.remove("hypr/welcome", false);
        assertEquals(welcome, images.find("hypr/welcome").orElseThrow());
        images.close();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
