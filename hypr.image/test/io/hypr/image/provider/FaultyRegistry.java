package io.hypr.image.provider;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/** A registry on a loopback port that serves images, and does what a test tells it instead. */
final class FaultyRegistry implements AutoCloseable {

    /** Answers a request in place of the registry. */
    @FunctionalInterface
    interface Fault {
        /** Returns false to leave the request to the registry. */
        boolean answer(HttpExchange exchange) throws IOException;
    }

    private static final Pattern PATH = Pattern.compile("/v2/(.+)/(manifests|blobs)/(.+)");

    final List<String> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final Map<String, byte[]> manifests = new ConcurrentHashMap<>();
    private final Map<String, byte[]> blobs = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Fault fault = exchange -> false;

    FaultyRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    void push(String name, String tag, TestImage image) {
        manifest(name, tag, image.manifest);
        manifest(name, image.manifestDigest(), image.manifest);
        blobs.putAll(image.blobs);
    }

    void manifest(String name, String version, byte[] manifest) {
        manifests.put(name + " " + version, manifest);
    }

    void fault(Fault f) {
        fault = f;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(path + " " + exchange.getRequestHeaders().getFirst("Authorization") + " " + exchange.getRequestHeaders().getFirst("Range"));
        try (exchange) {
            if (fault.answer(exchange)) {
                return;
            }
            Matcher m = PATH.matcher(path);
            byte[] content = !m.matches() ? null : m.group(2).equals("blobs") ? blobs.get(m.group(3)) : manifests.get(m.group(1) + " " + m.group(3));
            if (path.equals("/v2/")) {
                send(exchange, 200, "{}");
            } else if (content == null) {
                send(exchange, 404, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\"}]}");
            } else {
                String range = exchange.getRequestHeaders().getFirst("Range");
                int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
                if (range != null) {
                    exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
                }
                exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from == 0 ? -1 : content.length - from);
                exchange.getResponseBody().write(content, from, content.length - from);
            }
        }
    }

    byte[] blob(HttpExchange exchange) {
        return blobs.get(exchange.getRequestURI().getPath().replaceAll(".*/", ""));
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /** Announces all of a body and sends a part. */
    static void cut(HttpExchange exchange, byte[] body, int from, int to) throws IOException {
        exchange.sendResponseHeaders(from == 0 ? 200 : 206, body.length - from);
        exchange.getResponseBody().write(Arrays.copyOfRange(body, from, to));
        exchange.getResponseBody().flush();
    }

    /** Sends a part and then nothing, until the test ends. */
    void stall(HttpExchange exchange, byte[] body, int to) throws IOException {
        cut(exchange, body, 0, to);
        await();
    }

    /** Sends zeros for as long as somebody reads. */
    static void endless(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        for (int i = 0; i < 1 << 16; i++) {
            out.write(new byte[1 << 16]);
        }
    }

    void await() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
