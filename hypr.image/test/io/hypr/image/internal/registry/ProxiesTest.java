package io.hypr.image.internal.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

@Timeout(60)
class ProxiesTest {

    private static String way(Map<String, String> environment, String uri) {
        Proxy proxy = new Proxies(environment::get).select(URI.create(uri)).getFirst();
        return proxy.type() == Proxy.Type.DIRECT ? "direct" : ((InetSocketAddress) proxy.address())
                .getHostString() + ":" + ((InetSocketAddress) proxy.address()).getPort();
    }

    @Test
    void eachSchemeHasItsProxy() {
        Map<String, String> both = Map.of("HTTP_PROXY", "http://plain.example:3128", "https_proxy", "secure.example");
        assertEquals("plain.example:3128", way(both, "http://r.example/v2/"));
        assertEquals("secure.example:80", way(both, "https://r.example/v2/"));
        assertEquals("direct", way(Map.of(), "https://r.example/"));
        assertEquals("direct", way(Map.of("HTTP_PROXY", "http://p.example"), "https://r.example/"));
    }

    @Test
    void hostsThatNeedNoneAreReachedDirectly() {
        Map<String, String> environment =
                Map.of("HTTPS_PROXY", "p.example:1", "NO_PROXY", "corp.example, .below.example,10.0.0.0/8,one.example:5000,192.168.1.1");
        for (String direct : List.of("corp.example", "r.corp.example", "r.below.example", "10.1.2.3:5000", "one.example:5000",
                "192.168.1.1", "localhost:5000", "127.0.0.1:5000", "[::1]:5000",
                "CORP.example")) {
            assertEquals("direct", way(environment, "https://" + direct + "/v2/"), direct);
        }
        for (String by : List.of("notcorp.example", "below.example", "11.1.2.3", "one.example", "192.168.1.2")) {
            assertEquals("p.example:1", way(environment, "https://" + by + "/v2/"), by);
        }
        assertEquals("direct", way(Map.of("HTTPS_PROXY", "p.example", "NO_PROXY", "*"), "https://r.example/"));
    }

    @Test
    void aMalformedProxyIsNamedByItsVariableAndNeverByItsValue() {
        for (String bad : List.of("socks5://p.example", "http://", "http://u:se cret@p.example", "::")) {
            HyprException e = assertThrows(HyprException.class, () -> new Proxies(Map.of("HTTPS_PROXY", bad)::get));
            assertEquals(ErrorCode.INVALID, e.code());
            assertEquals("The variable HTTPS_PROXY of hyprd does not name a proxy.", e.getMessage());
        }
    }

    private static String basic(String login) {
        return "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8));
    }

    /** Takes one request's head, answers it, and returns its lines. */
    private static List<String> asked(ServerSocket proxy, String answer, String variable, String uri) throws Exception {
        CompletableFuture<List<String>> lines = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try (Socket client = proxy.accept()) {
                BufferedReader reader = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
                List<String> head = new ArrayList<>();
                for (String line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
                    head.add(line);
                }
                client.getOutputStream().write(("HTTP/1.1 " + answer + "\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
                lines.complete(head);
            } catch (IOException e) {
                lines.completeExceptionally(e);
            }
        });
        Map<String, String> environment = Map.of(variable, "http://me:s%40cret@127.0.0.1:" + proxy.getLocalPort());
        try (Http http = new Http(Duration.ofSeconds(10), environment::get)) {
            HttpResponse<InputStream> response = http.get(URI.create(uri), Map.of("Authorization", "Bearer x"), true);
            response.body().close();
            assertEquals(200, response.statusCode());
        } catch (IOException e) {
            assertTrue(uri.startsWith("https"), e.toString());
        }
        return lines.get();
    }

    @Test
    void aProxyGetsItsLoginAndNeverThatOfTheRegistry() throws Exception {
        try (ServerSocket proxy = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            List<String> plain = asked(proxy, "200 OK", "HTTP_PROXY", "http://registry.example/v2/");
            assertEquals("GET http://registry.example/v2/ HTTP/1.1", plain.getFirst());
            assertTrue(plain.contains("Proxy-Authorization: " + basic("me:s@cret")), plain.toString());
            List<String> tunnel = asked(proxy, "502 Bad Gateway", "HTTPS_PROXY", "https://registry.example/v2/");
            assertEquals("CONNECT registry.example:443 HTTP/1.1", tunnel.getFirst());
            assertTrue(tunnel.contains("Proxy-Authorization: " + basic("me:s@cret")), tunnel.toString());
            assertFalse(tunnel.toString().contains("Bearer"), tunnel.toString());
        }
    }
}
