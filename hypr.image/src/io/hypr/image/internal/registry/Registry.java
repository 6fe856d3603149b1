package io.hypr.image.internal.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import javax.net.ssl.SSLException;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.image.Credentials.Login;
import io.hypr.image.internal.oci.Json;
import io.hypr.image.internal.oci.Layout;
import io.hypr.image.internal.oci.Manifest;
import io.hypr.image.internal.oci.Reference;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Speaks the OCI distribution protocol. Safe for threads. */
public final class Registry implements AutoCloseable {

    private static final String ACCEPT = Stream.concat(Manifest.INDEX_TYPES.stream(), Manifest.TYPES.stream()).sorted().collect(Collectors.joining(", "));
    private static final int MAXIMUM_ERROR = 1 << 16;

    private final Retries retries;
    private final Http http;
    private final Authorization authorization;
    private final Map<URI, Endpoint> settled = new ConcurrentHashMap<>();

    /**
     * A manifest as it came.
     *
     * @param bytes what its digest counts
     * @param digest its digest
     * @param mediaType what it is
     * @param json the same, read
     */
    public record Document(byte[] bytes, String digest, String mediaType, JsonNode json) {
    }

    /**
     * @param retries how long to try
     * @param logins finds logins by registry
     * @param environment gives a variable's value or null: HTTP_PROXY, HTTPS_PROXY, NO_PROXY
     */
    public Registry(Retries retries, Function<String, Optional<Login>> logins, UnaryOperator<String> environment) {
        this.retries = retries;
        this.http = new Http(retries.patience(), environment);
        this.authorization = new Authorization(http, logins);
    }

    /** @return how long to try */
    Retries retries() {
        return retries;
    }

    /**
     * Gets a manifest or an index.
     *
     * @param at where
     * @param reference whose; its digest, if it has one, is verified
     * @return the manifest
     * @throws HyprException {@code NOT_FOUND}, {@code DENIED}, {@code UNAVAILABLE}, {@code CORRUPT}, {@code CANCELLED}
     */
    public Document manifest(Endpoint at, Reference reference) {
        String what = "The manifest of " + reference.shortName();
        return retries.run(() -> {
            HttpResponse<InputStream> response = get(at, reference.repository(), "manifests/" + reference.version(), Map.of("Accept", ACCEPT));
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw refused(at, reference, "manifest", response);
                }
                byte[] bytes = body.readNBytes(Manifest.MAXIMUM + 1);
                if (bytes.length > Manifest.MAXIMUM) {
                    throw new HyprException(ErrorCode.CORRUPT, what + " has more than " + Manifest.MAXIMUM + " octets.");
                }
                String digest = Layout.digest(bytes);
                String due = reference.digest().isEmpty() ? response.headers().firstValue("Docker-Content-Digest").orElse(digest) : reference.digest();
                if (!due.equals(digest)) {
                    throw new HyprException(ErrorCode.CORRUPT, what + " has the digest " + digest + " instead of " + due + ".");
                }
                JsonNode json = Json.object(bytes, what);
                return new Document(bytes, digest, mediaType(json, response.headers().firstValue("Content-Type").orElse("")), json);
            }
        }, e -> unreachable(at, reference, e));
    }

    private static String mediaType(JsonNode json, String header) {
        String said = json.path("mediaType").asText(header.replaceFirst("\\s*;.*", ""));
        if (!Manifest.TYPES.contains(said) && !Manifest.INDEX_TYPES.contains(said) && json.path("mediaType").isMissingNode()) {
            return json.path("manifests").isArray() ? "application/vnd.oci.image.index.v1+json" : "application/vnd.oci.image.manifest.v1+json";
        }
        return said;
    }

    /**
     * Begins the transfer of a blob.
     *
     * @param at where
     * @param reference the image that needs it
     * @param digest the blob
     * @param from octets that are here already
     * @return the answer: 200 with all of it, or 206 with what follows
     */
    HttpResponse<InputStream> blob(Endpoint at, Reference reference, String digest, long from) throws IOException, InterruptedException {
        HttpResponse<InputStream> response = get(at, reference.repository(), "blobs/" + digest, from > 0 ? Map.of("Range", "bytes=" + from + "-") : Map.of());
        if (response.statusCode() == 200 || response.statusCode() == 206 || response.statusCode() == 416) {
            return response;
        }
        throw refused(at, reference, "blob " + digest, response);
    }

    private HttpResponse<InputStream> get(Endpoint endpoint, String repository, String path, Map<String, String> extra) throws IOException,
            InterruptedException {
        Endpoint at = settle(endpoint);
        Map<String, String> headers = new LinkedHashMap<>(extra);
        authorization.header(at, repository).ifPresent(value -> headers.put("Authorization", value));
        HttpResponse<InputStream> response = http.get(at.at(repository + "/" + path), headers, at.insecure());
        if (response.statusCode() != 401) {
            return response;
        }
        List<String> challenges = response.headers().allValues("WWW-Authenticate");
        Optional<String> answer = authorization.answer(at, repository, challenges);
        if (answer.isEmpty()) {
            return response;
        }
        response.body().close();
        headers.put("Authorization", answer.get());
        return http.get(at.at(repository + "/" + path), headers, at.insecure());
    }

    /**
     * Finds out whether an insecure registry is reached by https or http. On loopback, where nobody listens in, http is tried first: a
     * server without TLS can wait for the rest of a request when it gets the beginning of a handshake.
     */
    private Endpoint settle(Endpoint endpoint) throws IOException, InterruptedException {
        if (!endpoint.insecure() || endpoint.base().getScheme().equals("http")) {
            return endpoint;
        }
        Endpoint known = settled.get(endpoint.base());
        if (known != null) {
            return known;
        }
        IOException failure = null;
        for (Endpoint at : Endpoints.isLoopback(endpoint.host()) ? List.of(endpoint.plain(), endpoint) : List.of(endpoint, endpoint.plain())) {
            try {
                HttpResponse<InputStream> response = http.get(at.at(""), Map.of(), true);
                response.body().close();
                if (at == endpoint || response.statusCode() != 400) {
                    settled.put(endpoint.base(), at);
                    return at;
                }
            } catch (IOException e) {
                failure = failure == null || failure instanceof SSLException ? e : failure;
            }
        }
        throw failure != null ? failure : new ProtocolException(endpoint.host() + " answers neither by https nor by http");
    }

    private static HyprException refused(Endpoint at, Reference reference, String what, HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        String said = said(response);
        String name = reference.shortName();
        String after = response.headers().firstValue("Retry-After").orElse("");
        return switch (status) {
            case 401, 403 -> new HyprException(ErrorCode.DENIED,
                    "Pull access denied for " + reference.shortRepository() + ": the repository does not exist or needs a login ("
                    + at.host() + " answers " + status + said + ").")
                    .remedy("Check the name; a login for " + at.registry() + " is read from ~/.docker/config.json.");
            case 404 -> what.equals("manifest")
                    ? new HyprException(ErrorCode.NOT_FOUND, "Manifest for " + name + " not found: " + at.host() + " does not know it" + said + ".")
                    : new HyprException(ErrorCode.NOT_FOUND, "The " + what + " of " + name + " is not at " + at.host() + said + ".");
            case 429 -> throw new Retries.Later(new HyprException(ErrorCode.UNAVAILABLE, "Too many requests: " + at.host() + " gives " + name + " only later"
                    + (after.isEmpty() ? "" : ", after " + after + (after.chars().allMatch(Character::isDigit) ? " s" : "")) + said + ".")
                    .remedy("Wait, log in, or use a mirror."), after);
            default -> {
                HyprException e = new HyprException(ErrorCode.UNAVAILABLE,
                        at.host() + " answers the request for the " + what + " of " + name + " with status " + status + said + ".");
                if (status >= 500) {
                    throw new Retries.Later(e, after);
                }
                yield e;
            }
        };
    }

    /** Returns what a registry's error says, ready to be appended. */
    private static String said(HttpResponse<InputStream> response) throws IOException {
        try (InputStream body = response.body()) {
            JsonNode errors = Json.object(body.readNBytes(MAXIMUM_ERROR), "The error").path("errors");
            String text = StreamSupport.stream(errors.spliterator(), false).map(e -> e.path("message").asText("")).filter(m -> !m.isBlank())
                    .collect(Collectors.joining("; ")).replaceAll("\\p{Cntrl}", " ");
            return text.isEmpty() ? "" : ": " + text.substring(0, Math.min(text.length(), 300));
        } catch (HyprException e) {
            return "";
        }
    }

    static HyprException unreachable(Endpoint at, Reference reference, IOException e) {
        String why = null;
        for (Throwable t = e; t != null; t = t.getCause()) {
            why = switch (t) {
                case UnknownHostException _ -> "its name is not known";
                case UnresolvedAddressException _ -> "its name is not known";
                case SocketTimeoutException s -> s.getMessage();
                case HttpTimeoutException _ -> "it does not answer in time";
                case ConnectException _ -> "nothing listens there";
                case SSLException s -> "the encrypted connection fails: " + s.getMessage();
                default -> why == null && t.getMessage() != null ? t.getMessage() : why;
            };
        }
        return new HyprException(ErrorCode.UNAVAILABLE,
                "The registry " + at.host() + " cannot be reached for " + reference.shortName() + (why == null ? "." : ": " + why + "."), e)
                .remedy("Check the network, or configure a mirror of " + at.registry() + " (registry.mirrors of io.hypr.image).");
    }

    /** Ends all transfers. */
    @Override
    public void close() {
        http.close();
    }
}
