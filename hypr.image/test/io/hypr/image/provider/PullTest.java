package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.hypr.image.Image;
import io.hypr.image.internal.layer.Limits;
import io.hypr.image.internal.oci.Layout;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Retries;
import io.hypr.image.provider.TestImage.Tar;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;

@Timeout(60)
class PullTest extends ImagesFixture {

    @Test
    void bringsAnImageWithAllThatItSays() {
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        Image pulled = images.pull("app", "linux/amd64", (item, action, done, total) -> heard.add(item + " " + action));
        assertEquals(image.config, pulled.id());
        assertEquals(List.of("app:latest"), pulled.tags());
        assertEquals(List.of("app@" + image.manifestDigest()), pulled.digests());
        assertEquals("linux/amd64", pulled.platform());
        assertEquals("2024-05-06T07:08:09.500Z", pulled.created().toString());
        assertEquals(300_010, pulled.size());
        assertEquals(pulled.layers().size(), pulled.layerSizes().size());
        assertEquals(300_010, pulled.layerSizes().stream().mapToLong(Long::longValue).sum());
        assertEquals("www:www", pulled.config().user());
        assertEquals(List.of("c", "d"), pulled.config().cmd());
        assertEquals(Duration.ofSeconds(5), pulled.config().healthcheck().interval());
        assertTrue(pulled.history().getFirst().empty());
        for (String layer : image.layers) {
            String item = layer.substring(7, 19);
            for (String action : List.of("Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete", "Extracting", "Pull complete")) {
                assertTrue(heard.contains(item + " " + action), () -> item + " " + action + " in " + heard);
            }
        }
        assertTrue(Files.isRegularFile(roots.readOnly(pulled, Progress.NONE)));
        assertEquals(pulled, images.find("docker.io/library/app:latest").orElseThrow());
        assertEquals(pulled, images.find("app@" + image.manifestDigest()).orElseThrow());
        assertEquals(pulled, images.find(image.config).orElseThrow());
        assertEquals(pulled, images.find(image.config.substring(7, 9)).orElseThrow());
    }

    @Test
    void bringsNothingTwice() {
        images.pull("app", "linux/amd64", Progress.NONE);
        server.requests.clear();
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        images.pull("app", "linux/amd64", (item, action, done, total) -> heard.add(action));
        assertEquals(List.of("/v2/library/app/manifests/latest null null"), server.requests);
        assertEquals(3, Collections.frequency(heard, "Already exists"));
        assertTrue(heard.contains("Status: Image is up to date for app:latest"), heard.toString());
    }

    @Test
    void readsDockersManifestsAndChoosesFromListsByPlatform() throws IOException {
        TestImage arm = new TestImage("linux/arm64", "docker", new Tar().file("arm", "1").end());
        server.push("library/multi", "arm-only", arm);
        server.push("library/multi", "x", image);
        byte[] list = """
                {"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[
                 {"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"%s","size":%d,\
                "platform":{"architecture":"arm64","os":"linux","variant":"v8"}},
                 {"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,"platform":{"architecture":"amd64","os":"linux"}}]}"""
                .formatted(arm.manifestDigest(), arm.manifest.length, image.manifestDigest(), image.manifest.length).getBytes(StandardCharsets.UTF_8);
        server.manifest("library/multi", "latest", list);
        Image chosen = images.pull("multi", "linux/arm64", Progress.NONE);
        assertEquals(arm.config, chosen.id());
        assertEquals(List.of("multi@" + Layout.digest(list)), chosen.digests());
        assertEquals(image.config, images.pull("multi", "linux/amd64", Progress.NONE).id());
        HyprException e = assertThrows(HyprException.class, () -> images.pull(server.host() + "/library/multi", "linux/s390x", Progress.NONE));
        assertEquals(ErrorCode.NOT_FOUND, e.code());
        assertEquals("No matching manifest for linux/s390x in the manifest list entries of " + server.host() + "/library/multi:latest.", e.getMessage());
        assertEquals("There are images for linux/arm64, linux/amd64.", e.remedy().orElseThrow());
        refused(ErrorCode.NOT_FOUND, server.host() + "/library/multi:arm-only",
                "does not match the specified platform: wanted linux/amd64, actual: linux/arm64");
    }

    @Test
    void unknownNamesAndTagsAreNotFound() throws IOException {
        refused(ErrorCode.NOT_FOUND, server.host() + "/library/app:nope", "Manifest for " + server.host() + "/library/app:nope not found", "manifest unknown");
        refused(ErrorCode.NOT_FOUND, server.host() + "/nope", "not found");
        refused(ErrorCode.INVALID, "No/Such", "invalid reference format");
        assertNothingLeft(false);
    }

    @ParameterizedTest
    @CsvSource({"401, DENIED, Pull access denied for", "403, DENIED, Pull access denied for", "404, NOT_FOUND, not found",
    "500, UNAVAILABLE, with status 500: broken", "503, UNAVAILABLE, status 503",
        "429, UNAVAILABLE, Too many requests", "418, UNAVAILABLE, status 418"})
    void refusalsSayWhatTheRegistrySaid(int status, ErrorCode code, String words) throws IOException {
        server.fault(exchange -> {
            if (exchange.getRequestURI().getPath().contains("manifests")) {
                exchange.getResponseHeaders().set("Retry-After", "3600");
                FaultyRegistry.send(exchange, status, "{\"errors\":[{\"message\":\"broken\"}]}");
                return true;
            }
            return false;
        });
        String after = status == 429 ? "after 3600 s" : "broken";
        refused(code, server.host() + "/library/app", words, after);
        assertNothingLeft(false);
        server.fault(exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(image.layers.get(1))) {
                exchange.getResponseHeaders().set("Retry-After", "3600");
                FaultyRegistry.send(exchange, status, "<html>");
                return true;
            }
            return false;
        });
        refused(code, server.host() + "/library/app");
        assertNothingLeft(true);
    }

    @Test
    void aRegistryThatIsBusyForAWhileIsAskedAgain() {
        Set<String> refused = ConcurrentHashMap.newKeySet();
        server.fault(exchange -> {
            if (refused.add(exchange.getRequestURI().getPath())) {
                FaultyRegistry.send(exchange, exchange.getRequestURI().getPath().contains("blobs") ? 503 : 429, "");
                return true;
            }
            return false;
        });
        assertEquals(image.config, images.pull("app", "linux/amd64", Progress.NONE).id());
    }

    @Test
    void aRegistryThatIsDownIsNamed() throws IOException {
        String host = server.host();
        server.close();
        refused(ErrorCode.UNAVAILABLE, host + "/library/app", "The registry " + host + " cannot be reached", "nothing listens there");
        assertNothingLeft(false);
    }

    @Test
    void aLayerThatIsCutIsResumed() {
        server.fault(exchange -> {
            byte[] blob = server.blob(exchange);
            if (blob != null && blob.length > 100_000 && exchange.getRequestHeaders().getFirst("Range") == null) {
                FaultyRegistry.cut(exchange, blob, 0, 200_000);
                return true;
            }
            return false;
        });
        images.pull("app", "linux/amd64", Progress.NONE);
        assertTrue(server.requests.stream().anyMatch(r -> r.endsWith("bytes=200000-")), server.requests.toString());
    }

    @Test
    void aLayerThatStaysCutFailsAndTheNextPullResumesIt() throws IOException {
        server.fault(exchange -> {
            byte[] blob = server.blob(exchange);
            if (blob != null && blob.length > 100_000) {
                String range = exchange.getRequestHeaders().getFirst("Range");
                if (range == null) {
                    FaultyRegistry.cut(exchange, blob, 0, 150_000);
                } else {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 150000-" + (blob.length - 1) + "/" + blob.length);
                    FaultyRegistry.cut(exchange, blob, 150_000, 150_000);
                }
                return true;
            }
            return false;
        });
        refused(ErrorCode.UNAVAILABLE, server.host() + "/library/app");
        assertNothingLeft(true);
        server.fault(exchange -> false);
        server.requests.clear();
        images.pull("app", "linux/amd64", Progress.NONE);
        assertTrue(server.requests.stream().anyMatch(r -> r.endsWith("bytes=150000-")), server.requests.toString());
    }

    @Test
    void damagedLeftoversOfAnEarlierPullAreBroughtAnew() throws IOException {
        Files.createDirectories(home.resolve("content/partial"));
        Files.write(home.resolve("content/partial").resolve(image.layers.getFirst().substring(7)), new byte[1000]);
        assertEquals(image.config, images.pull("app", "linux/amd64", Progress.NONE).id());
    }

    @Test
    void aRegistryWithoutRangesIsAskedForTheWholeAgain() {
        AtomicInteger asked = new AtomicInteger();
        server.fault(exchange -> {
            byte[] blob = server.blob(exchange);
            if (blob != null && blob.length > 100_000) {
                if (asked.incrementAndGet() == 1) {
                    FaultyRegistry.cut(exchange, blob, 0, 100_000);
                } else {
                    exchange.sendResponseHeaders(200, blob.length);
                    exchange.getResponseBody().write(blob);
                }
                return true;
            }
            return false;
        });
        assertEquals(image.config, images.pull("app", "linux/amd64", Progress.NONE).id());
        assertEquals(2, asked.get());
    }

    @Test
    void wrongDigestsAreCorrupt() throws IOException {
        server.fault(exchange -> {
            byte[] blob = server.blob(exchange);
            if (blob != null && blob.length > 100_000) {
                byte[] wrong = blob.clone();
                wrong[5000] ^= 1;
                exchange.sendResponseHeaders(200, wrong.length);
                exchange.getResponseBody().write(wrong);
                return true;
            }
            return false;
        });
        refused(ErrorCode.CORRUPT, server.host() + "/library/app", "with another digest");
        assertNothingLeft(false);
        server.fault(exchange -> false);
        server.manifest("library/app", Layout.digest(new byte[1]), image.manifest);
        refused(ErrorCode.CORRUPT, server.host() + "/library/app@" + Layout.digest(new byte[1]), "has the digest " + image.manifestDigest() + " instead of");
        assertNothingLeft(false);
    }

    @Test
    void endlessBodiesAreCut() throws IOException {
        server.fault(exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(image.layers.get(2))) {
                FaultyRegistry.endless(exchange);
                return true;
            }
            return false;
        });
        refused(ErrorCode.CORRUPT, server.host() + "/library/app", "sends more than the " + image.blobs.get(image.layers.get(2)).length + " octets");
        assertNothingLeft(false);
        server.fault(exchange -> {
            FaultyRegistry.endless(exchange);
            return true;
        });
        refused(ErrorCode.CORRUPT, server.host() + "/library/app", "has more than 4194304 octets");
        assertNothingLeft(false);
    }

    @Test
    void stalledTransfersTimeOut() throws IOException {
        images.close();
        images = new RegistryImages(store, roots, new Endpoints(List.of(), List.of()),
                new Retries(2, Duration.ofMillis(1), Duration.ofMillis(200)), 3, null, Silent.LOGGER);
        server.fault(exchange -> {
            byte[] blob = server.blob(exchange);
            if (blob != null && blob.length > 100_000) {
                server.stall(exchange, blob, 1000);
                return true;
            }
            return false;
        });
        refused(ErrorCode.UNAVAILABLE, server.host() + "/library/app", "nothing came for 200 ms");
        assertNothingLeft(true);
        server.fault(exchange -> {
            server.await();
            return true;
        });
        refused(ErrorCode.UNAVAILABLE, server.host() + "/library/app", "does not answer in time");
    }

    @Test
    void interruptionEndsAPull() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        server.fault(exchange -> {
            byte[] blob = server.blob(exchange);
            if (blob != null && blob.length > 100_000) {
                reached.countDown();
                server.stall(exchange, blob, 1000);
                return true;
            }
            return false;
        });
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread puller = Thread.ofVirtual().start(() -> {
            try {
                images.pull(server.host() + "/library/app", "linux/amd64", Progress.NONE);
                outcome.complete(null);
            } catch (HyprException e) {
                outcome.complete(e);
            }
        });
        reached.await();
        puller.interrupt();
        assertEquals(ErrorCode.CANCELLED, ((HyprException) outcome.get()).code());
        assertNothingLeft(true);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[] | not a JSON object",
        "{ | not sound JSON",
        "{\"schemaVersion\":1,\"name\":\"x\"} | schema 1",
        "{\"schemaVersion\":2,\"mediaType\":\"application/x\"} | not an image",
        "{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:12\",\"size\":1}} | not sound",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"DIGEST\",\"size\":1}} | no container image",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"DIGEST\",\"size\":-1}} | not sound",
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"DIGEST\",\"size\":99999999}} | too much",
    })
    void malformedManifestsAreRefused(String manifest, String words) throws IOException {
        server.manifest("library/bad", "latest", manifest.replace("DIGEST", Layout.digest(new byte[0])).getBytes(StandardCharsets.UTF_8));
        HyprException e = assertThrows(HyprException.class, () -> images.pull(server.host() + "/library/bad", "linux/amd64", Progress.NONE));
        assertTrue(e.getMessage().contains(words), e.getMessage());
        assertTrue(e.code() == ErrorCode.CORRUPT || e.code() == ErrorCode.UNSUPPORTED, e.code().toString());
        assertNothingLeft(false);
    }

    @Test
    void unsoundLayersAreCorruptAndLeaveNothing() throws IOException {
        byte[] sound = new Tar().file("a", "b".repeat(3000)).end();
        List<byte[]> bad = List.of(new Tar().file("../up", "x").end(), new Tar().link('2', "out", "../../etc").end(),
                new Tar().link('1', "hard", "/etc/shadow").end(),
                java.util.Arrays.copyOf(sound, 1500), noise, new Tar().file("a", "1").file("a/b", "2").end());
        for (byte[] tar : bad) {
            server.push("library/bad", "latest", new TestImage("linux/amd64", tar));
            refused(ErrorCode.CORRUPT, server.host() + "/library/bad", "is not a sound archive");
            assertNothingLeft(false);
        }
        TestImage other = new TestImage("linux/amd64", sound);
        TestImage swapped = new TestImage("linux/amd64", noise);
        String manifest = new String(other.manifest, StandardCharsets.UTF_8).replaceAll("\"layers\":.*",
                java.util.regex.Matcher.quoteReplacement(new String(swapped.manifest, StandardCharsets.UTF_8).replaceAll(".*\"layers\":", "\"layers\":")));
        server.push("library/bad", "swapped", other);
        server.push("library/bad", "noise", swapped);
        server.manifest("library/bad", "latest", manifest.getBytes(StandardCharsets.UTF_8));
        refused(ErrorCode.CORRUPT, server.host() + "/library/bad");
        assertNothingLeft(false);
    }

    @Test
    void layersThatUnpackToFarMoreThanTheyWeighAreRefused() throws IOException {
        SquashRoots strict = new SquashRoots(store, new Limits(1L << 20, 200, 1000));
        RegistryImages bounded = new RegistryImages(store, strict, new Endpoints(List.of(), List.of()),
                new Retries(1, Duration.ZERO, Duration.ofSeconds(2)), 1, null, Silent.LOGGER);
        server.push("library/zeros", "latest", new TestImage("linux/amd64", new Tar().file("zeros", new byte[2 << 20], java.util.Map.of()).end()));
        HyprException e = assertThrows(HyprException.class, () -> bounded.pull(server.host() + "/library/zeros", "linux/amd64", Progress.NONE));
        assertEquals(ErrorCode.CORRUPT, e.code());
        assertTrue(e.getMessage().contains("unpacks to more than 1048576"), e.getMessage());
        assertTrue(e.remedy().orElseThrow().contains("maximum.size"));
        assertNothingLeft(false);
        bounded.close();
    }

    @Test
    void aMirrorThatFailsIsPassedOver() throws IOException {
        try (FaultyRegistry mirror = new FaultyRegistry()) {
            RegistryImages both = images(server.host() + "=http://" + mirror.host());
            assertEquals(image.config, both.pull(server.host() + "/library/app", "linux/amd64", Progress.NONE).id());
            assertFalse(mirror.requests.isEmpty());
            both.close();
        }
    }

    @Test
    void twoPullsAtOnceBringEachLayerOnce() throws Exception {
        CompletableFuture<Image> other = CompletableFuture.supplyAsync(() -> images.pull(server.host() + "/library/app", "linux/amd64", Progress.NONE));
        Image one = images.pull("app", "linux/amd64", Progress.NONE);
        assertEquals(one.id(), other.get().id());
        for (String layer : image.layers) {
            assertEquals(1, server.requests.stream().filter(r -> r.contains(layer)).count());
        }
    }
}
