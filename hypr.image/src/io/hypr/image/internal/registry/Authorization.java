package io.hypr.image.internal.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.image.Credentials.Login;
import io.hypr.image.internal.oci.Json;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Answers what registries ask: with a token from the realm they name, got by login or anonymously, or with name and password. Tokens are
 * kept for as long as they hold, a minute if they do not say. Safe for threads.
 */
final class Authorization {

    private static final int MAXIMUM_ANSWER = 1 << 20;
    private static final long DEFAULT_SECONDS = 60;

    private final Http http;
    private final Function<String, Optional<Login>> logins;
    private final Map<String, Kept> kept = new ConcurrentHashMap<>();

    private record Kept(String header, long end) {
    }

    Authorization(Http http, Function<String, Optional<Login>> logins) {
        this.http = http;
        this.logins = logins;
    }

    /** Returns the header that worked last time for this repository. */
    Optional<String> header(Endpoint endpoint, String repository) {
        return Optional.ofNullable(kept.get(key(endpoint, repository))).filter(k -> k.end - System.nanoTime() > 0).map(Kept::header);
    }

    /**
     * Gets a header after a refusal.
     *
     * @return the header; empty if nothing can be done
     */
    Optional<String> answer(Endpoint endpoint, String repository, List<String> challenges) throws IOException, InterruptedException {
        kept.remove(key(endpoint, repository));
        List<Challenge> known = challenges.stream().map(Challenge::parse).flatMap(Optional::stream).toList();
        Optional<Login> login = logins.apply(endpoint.registry());
        for (Challenge challenge : known) {
            if (challenge.scheme().equals("bearer") && challenge.parameters().containsKey("realm")) {
                return Optional.of(keep(endpoint, repository, token(endpoint, repository, challenge, login)));
            }
        }
        if (login.isPresent() && !isToken(login.get()) && known.stream().anyMatch(c -> c.scheme().equals("basic"))) {
            return Optional.of(keep(endpoint, repository, new Kept(basic(login.get()), System.nanoTime() + DEFAULT_SECONDS * 1_000_000_000)));
        }
        return Optional.empty();
    }

    private String keep(Endpoint endpoint, String repository, Kept header) {
        kept.put(key(endpoint, repository), header);
        return header.header;
    }

    private Kept token(Endpoint endpoint, String repository, Challenge challenge, Optional<Login> login) throws IOException, InterruptedException {
        String realm = challenge.parameters().get("realm");
        String scope = challenge.parameters().getOrDefault("scope", "repository:" + repository + ":pull");
        StringBuilder query = new StringBuilder("scope=").append(encode(scope));
        Optional.ofNullable(challenge.parameters().get("service")).ifPresent(service -> query.append("&service=").append(encode(service)));
        boolean exchange = login.isPresent() && isToken(login.get());
        URI uri;
        try {
            uri = URI.create(exchange ? realm : realm + (realm.contains("?") ? "&" : "?") + query);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(endpoint.host() + " asks for a token of the malformed realm '" + realm + "': " + e.getMessage());
        }
        if (!"https".equals(uri.getScheme()) && !(endpoint.insecure() && "http".equals(uri.getScheme())) || uri.getHost() == null) {
            throw new ProtocolException(endpoint.host() + " asks for a token of '" + realm + "', which is not encrypted");
        }
        Map<String, String> headers = login.filter(l -> !isToken(l)).map(l -> Map.of("Authorization", basic(l))).orElse(Map.of());
        HttpResponse<InputStream> response = exchange
                ? http.post(uri, "grant_type=refresh_token&client_id=hypr&refresh_token=" + encode(login.get().secret()) + "&" + query, endpoint.insecure())
                : http.get(uri, headers, endpoint.insecure());
        try (InputStream body = response.body()) {
            int status = response.statusCode();
            if (status == 401 || status == 403) {
                throw new HyprException(ErrorCode.DENIED, "The login to " + endpoint.registry() + " was refused by "
                        + uri.getRawAuthority() + (login.isPresent() ? "." : ": it wants one."))
                        .remedy("Check the login for " + endpoint.registry() + " in ~/.docker/config.json.");
            }
            if (status != 200) {
                throw new IOException(uri.getRawAuthority() + " answers the request for a token with status " + status);
            }
            JsonNode node = Json.object(body.readNBytes(MAXIMUM_ANSWER), "The token of " + uri.getRawAuthority());
            String token = node.path("token").asText(node.path("access_token").asText(""));
            if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
                throw new HyprException(ErrorCode.CORRUPT, "The answer of " + uri.getRawAuthority() + " holds no token.");
            }
            long seconds = Math.clamp(node.path("expires_in").asLong(DEFAULT_SECONDS), 1, 3600);
            return new Kept("Bearer " + token, System.nanoTime() + seconds * 900_000_000);
        }
    }

    /** Whether a login is an identity token, which is exchanged for an access token (OAuth 2, grant type refresh_token) and never sent to the registry. */
    private static boolean isToken(Login login) {
        return login.user().isEmpty();
    }

    private static String basic(Login login) {
        return "Basic " + Base64.getEncoder().encodeToString((login.user() + ":" + login.secret()).getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String key(Endpoint endpoint, String repository) {
        return endpoint.base() + " " + Objects.requireNonNull(repository);
    }
}
