package io.hypr.image.internal.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Requests with the rules that logins need: redirections are followed here, since the client of the JDK would keep no eye on where an
 * Authorization header goes. It is dropped at the first step to another host, and nothing is followed from https to http.
 */
final class Http implements AutoCloseable {

    private static final int MAXIMUM_REDIRECTIONS = 10;
    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final Duration patience;
    private final UnaryOperator<String> environment;
    private Proxies proxies;
    private HttpClient strict;
    private HttpClient lenient;
    private boolean closed;

    /**
     * @param patience how long an answer, or the next part of one, may take
     * @param environment variables, for proxies
     */
    Http(Duration patience, UnaryOperator<String> environment) {
        this.patience = patience;
        this.environment = environment;
    }

    /** Made at the first request: certificates take a tenth of a second to read, which the start of the daemon need not pay. */
    private synchronized HttpClient client(boolean insecure) throws IOException {
        if (closed) {
            throw new ProtocolException("the client is closed");
        }
        if (insecure) {
            lenient = lenient == null ? builder().sslContext(trustingAll()).build() : lenient;
            return lenient;
        }
        strict = strict == null ? builder().build() : strict;
        return strict;
    }

    private synchronized Proxies proxies() {
        proxies = proxies == null ? new Proxies(environment) : proxies;
        return proxies;
    }

    private HttpRequest.Builder request(URI uri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(patience).header("User-Agent", "hypr");
        proxies().authorization(uri).ifPresent(login -> request.header("Proxy-Authorization", login));
        return request;
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder().proxy(proxies()).version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(patience.compareTo(CONNECT) < 0 ? patience : CONNECT).executor(Executors.newVirtualThreadPerTaskExecutor());
    }

    /**
     * Asks.
     *
     * @param uri what for
     * @param headers sent along
     * @param insecure whether http and unknown certificates will do
     * @return the answer; its body must be closed
     * @throws IOException if none comes
     * @throws InterruptedException if the thread is interrupted
     */
    HttpResponse<InputStream> get(URI uri, Map<String, String> headers, boolean insecure) throws IOException, InterruptedException {
        Map<String, String> sent = new LinkedHashMap<>(headers);
        URI at = uri;
        for (int i = 0; i <= MAXIMUM_REDIRECTIONS; i++) {
            HttpRequest.Builder request = request(at);
            sent.forEach(request::header);
            HttpResponse<InputStream> response = client(insecure).send(request.build(), info -> new TimedBody(patience));
            String location = response.headers().firstValue("Location").orElse(null);
            if (location == null || !redirects(response.statusCode())) {
                return response;
            }
            response.body().close();
            URI next = resolve(at, location);
            if (!"https".equals(next.getScheme()) && !(insecure && "http".equals(next.getScheme()))) {
                throw new ProtocolException(at.getRawAuthority() + " redirects to " + next.getScheme() + "://" + next.getRawAuthority()
                        + ", which is not encrypted");
            }
            if (!next.getScheme().equals(at.getScheme()) || !next.getRawAuthority().equalsIgnoreCase(at.getRawAuthority())) {
                sent.remove("Authorization");
            }
            at = next;
        }
        throw new ProtocolException(uri.getRawAuthority() + " redirects more than " + MAXIMUM_REDIRECTIONS + " times");
    }

    /**
     * Sends a form. Redirections are not followed: where a form with secrets goes is nobody else's choice.
     *
     * @param uri where to
     * @param form {@code application/x-www-form-urlencoded}
     * @param insecure whether http and unknown certificates will do
     * @return the answer; its body must be closed
     * @throws IOException if none comes
     * @throws InterruptedException if the thread is interrupted
     */
    HttpResponse<InputStream> post(URI uri, String form, boolean insecure) throws IOException, InterruptedException {
        HttpRequest request = request(uri).header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(form)).build();
        return client(insecure).send(request, info -> new TimedBody(patience));
    }

    private static URI resolve(URI at, String location) throws IOException {
        try {
            URI next = at.resolve(location);
            if (next.getHost() != null && next.getScheme() != null) {
                return next;
            }
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(at.getRawAuthority() + " redirects to a malformed address: " + e.getMessage());
        }
        throw new ProtocolException(at.getRawAuthority() + " redirects to an address without a host");
    }

    private static boolean redirects(int status) {
        return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
    }

    /** Ends all transfers. */
    @Override
    public synchronized void close() {
        closed = true;
        Stream.of(Optional.ofNullable(strict), Optional.ofNullable(lenient)).flatMap(Optional::stream).forEach(HttpClient::shutdownNow);
    }

    private static SSLContext trustingAll() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Anybody()}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has TLS.", e);
        }
    }

    /** For registries that the administrator declared insecure, only. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Anybody will do.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
            // Anybody will do.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Anybody will do.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
            // Anybody will do.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {
            // Anybody will do.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {
            // Anybody will do.
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
