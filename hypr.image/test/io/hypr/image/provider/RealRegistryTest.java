package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.image.Image;
import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Retries;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

/** Against Docker's own registry, if there is one with the image library/busybox at $ORACLE_REGISTRY or 127.0.0.1:5000. */
@Timeout(120)
class RealRegistryTest {

    private static final String HOST = Optional.ofNullable(System.getenv("ORACLE_REGISTRY")).orElse("127.0.0.1:5000");

    @TempDir
    Path home;

    @Test
    void pullsFromDockersRegistry() throws Exception {
        assumeTrue(answers(), "No registry with library/busybox answers at " + HOST + ".");
        ImageStore store = new ImageStore(home);
        SquashRoots roots = new SquashRoots(store, new Limits(1L << 30, 200, 100_000));
        RegistryImages images = new RegistryImages(store, roots, new Endpoints(List.of("docker.io=http://" + HOST), List.of()),
                new Retries(2, Duration.ZERO, Duration.ofSeconds(20)), 3, null,
                Silent.LOGGER);
        Image busybox = images.pull("busybox", null, Progress.NONE);
        assertEquals(List.of("busybox:latest"), busybox.tags());
        assertTrue(roots.readOnly(busybox, Progress.NONE).toFile().length() > 100_000);
        assertEquals(busybox.id(), images.pull(HOST + "/library/busybox@" + busybox.digests().getFirst().replaceFirst(".*@", ""), null, Progress.NONE).id());
        HyprException e = assertThrows(HyprException.class, () -> images.pull(HOST + "/library/busybox:nope", null, Progress.NONE));
        assertEquals(ErrorCode.NOT_FOUND, e.code());
        images.close();
    }

    private static boolean answers() throws InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + HOST + "/v2/library/busybox/tags/list")).timeout(Duration.ofSeconds(3)).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (java.io.IOException e) {
            return false;
        }
    }
}
