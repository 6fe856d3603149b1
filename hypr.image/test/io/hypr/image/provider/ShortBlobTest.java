package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import com.sun.net.httpserver.HttpExchange;

import io.hypr.model.ErrorCode;

@Timeout(20)
class ShortBlobTest extends ImagesFixture {

    @ParameterizedTest
    @EnumSource
    void aLayerThatIsShorterThanItsManifestSaysIsCorrupt(ShortAnswer how) throws IOException {
        String layer = image.layers.getFirst();
        byte[] whole = image.blobs.get(layer);
        byte[] held = Arrays.copyOf(whole, whole.length - 10);
        server.fault(exchange -> {
            if (exchange.getRequestURI().getPath().endsWith(layer)) {
                how.send(exchange, held);
                return true;
            }
            return false;
        });
        String[] words = {"The blob " + layer + " of ", server.host(), " has " + held.length + " octets, its manifest says " + whole.length + "."};
        refused(ErrorCode.CORRUPT, server.host() + "/library/app", words);
        assertNothingLeft(false);
        assertEquals(3, server.requests.stream().filter(r -> r.contains(layer)).count(), server.requests.toString());
        // All of it is here from an earlier pull that was broken off.
        Files.write(home.resolve("content/partial").resolve(layer.substring(7)), held);
        refused(ErrorCode.CORRUPT, server.host() + "/library/app", words);
        assertNothingLeft(false);
    }

    /** How a registry answers that holds a blob which is too short. */
    enum ShortAnswer {
        RANGES, RANGES_WITHOUT_TOTAL, NO_RANGES, CHUNKS;

        void send(HttpExchange exchange, byte[] held) throws IOException {
            boolean ranges = this == RANGES || this == RANGES_WITHOUT_TOTAL;
            if (ranges && exchange.getRequestHeaders().getFirst("Range") != null) {
                if (this == RANGES) {
                    exchange.getResponseHeaders().set("Content-Range", "bytes */" + held.length);
                }
                FaultyRegistry.send(exchange, 416, "");
            } else {
                exchange.sendResponseHeaders(200, this == CHUNKS ? 0 : held.length);
                exchange.getResponseBody().write(held);
            }
        }
    }
}
