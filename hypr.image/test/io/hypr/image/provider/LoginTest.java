package io.hypr.image.provider;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.image.Credentials.Login;
import io.hypr.image.internal.oci.Reference;
import io.hypr.image.internal.registry.Endpoint;
import io.hypr.image.internal.registry.Endpoints;
import io.hypr.image.internal.registry.Registry;
import io.hypr.image.internal.registry.Retries;
import io.hypr.image.provider.TestImage.Tar;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

@Timeout(60)
class LoginTest {

    private static final String BASIC = "Basic " + Base64.getEncoder().encodeToString("me:secret".getBytes(StandardCharsets.UTF_8));

    @TempDir
    Path directory;

    private FaultyRegistry server;
    private FaultyRegistry other;
    private Optional<Login> login = Optional.empty();
    private Registry registry;

    @BeforeEach
    void start() throws IOException {
        server = new FaultyRegistry();
        other = new FaultyRegistry();
        server.push("app", "latest", new TestImage("linux/amd64", new Tar().end()));
        registry = new Registry(new Retries(1, Duration.ZERO, Duration.ofSeconds(5)),
                name -> name.equals(server.host()) ? login : Optional.empty(), name -> null);
    }

    @AfterEach
    void stop() {
        registry.close();
        server.close();
        other.close();
    }

    private Registry.Document manifest() {
        Reference reference = Reference.parse(server.host() + "/app");
        List<Endpoint> endpoints = new Endpoints(List.of(), List.of()).of(reference);
        return registry.manifest(endpoints.getLast(), reference);
    }

    private void demand(String challenge, String accepted) {
        server.fault(exchange -> {
            if (exchange.getRequestURI().getPath().startsWith("/token")) {
                boolean known = login.isEmpty() || BASIC.equals(exchange.getRequestHeaders().getFirst("Authorization"));
                FaultyRegistry.send(exchange, known ? 200 : 401, "{\"token\":\"t0ken\",\"expires_in\":300}");
                return true;
            }
            if (exchange.getRequestURI().getPath().contains("manifests") && !accepted.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", challenge);
                FaultyRegistry.send(exchange, 401, "");
                return true;
            }
            return false;
        });
    }

    @Test
    void aTokenIsGotFromTheRealmAndKept() {
        demand("Bearer realm=\"http://" + server.host() + "/token?x=1\",service=\"reg istry\",scope=\"repository:app:pull\"", "Bearer t0ken");
        manifest();
        manifest();
        assertEquals(1, server.requests.stream().filter(r -> r.startsWith("/token")).count());
    }

    @Test
    void theRealmGetsTheLogin() {
        login = Optional.of(new Login("me", "secret"));
        demand("Bearer realm=\"http://" + server.host() + "/token\"", "Bearer t0ken");
        manifest();
        assertTrue(server.requests.stream().anyMatch(r -> r.startsWith("/token " + BASIC)), server.requests.toString());
        login = Optional.of(new Login("me", "wrong"));
        demand("Bearer realm=\"http://" + server.host() + "/token\"", "Bearer never");
        HyprException e = assertThrows(HyprException.class, this::manifest);
        assertEquals(ErrorCode.DENIED, e.code());
        assertFalse((e + e.getMessage()).contains("wrong"));
    }

    @Test
    void aRegistryMayAskForNameAndPassword() {
        demand("Basic realm=\"x\"", BASIC);
        assertEquals(ErrorCode.DENIED, assertThrows(HyprException.class, this::manifest).code());
        login = Optional.of(new Login("me", "secret"));
        manifest();
    }

    @Test
    void loginsDoNotFollowRedirectionsToOtherHosts() {
        login = Optional.of(new Login("me", "secret"));
        other.push("app", "latest", new TestImage("linux/amd64", new Tar().end()));
        server.fault(exchange -> {
            if (!exchange.getRequestURI().getPath().contains("manifests")) {
                return false;
            }
            if (exchange.getRequestHeaders().getFirst("Authorization") == null) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                FaultyRegistry.send(exchange, 401, "");
            } else {
                exchange.getResponseHeaders().set("Location", "http://" + other.host() + exchange.getRequestURI().getPath());
                FaultyRegistry.send(exchange, 307, "");
            }
            return true;
        });
        manifest();
        assertEquals(List.of("/v2/app/manifests/latest null null"), other.requests);
    }

    @Test
    void redirectionsInCirclesEnd() {
        server.fault(exchange -> {
            exchange.getResponseHeaders().set("Location", exchange.getRequestURI().getPath());
            FaultyRegistry.send(exchange, exchange.getRequestURI().getPath().equals("/v2/") ? 200 : 302, "");
            return true;
        });
        assertTrue(assertThrows(HyprException.class, this::manifest).getMessage().contains("more than 10 times"));
    }

    @Test
    void realmsWithoutEncryptionAreRefusedForEncryptedRegistries() {
        Endpoint strict = new Endpoint(server.host(), java.net.URI.create("http://" + server.host()), false, true);
        demand("Bearer realm=\"http://" + other.host() + "/token\"", "Bearer t0ken");
        HyprException e = assertThrows(HyprException.class, () -> registry.manifest(strict, Reference.parse(server.host() + "/app")));
        assertTrue(e.getMessage().contains("not encrypted"), e.getMessage());
        assertEquals(List.of(), other.requests);
    }

    @Test
    void anIdentityTokenIsExchangedAndNeverShownToTheRegistry() {
        login = Optional.of(new Login("", "identity"));
        List<String> forms = new CopyOnWriteArrayList<>();
        server.fault(exchange -> {
            if (exchange.getRequestURI().getPath().equals("/token")) {
                forms.add(exchange.getRequestMethod() + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                FaultyRegistry.send(exchange, 200, "{\"access_token\":\"t0ken\"}");
                return true;
            }
            if (exchange.getRequestURI().getPath().contains("manifests") && !"Bearer t0ken".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer realm=\"http://" + server.host() + "/token\",service=\"s\"");
                FaultyRegistry.send(exchange, 401, "");
                return true;
            }
            return false;
        });
        manifest();
        assertEquals(List.of("POST grant_type=refresh_token&client_id=hypr&refresh_token=identity&scope=repository%3Aapp%3Apull&service=s"), forms);
        assertFalse(server.requests.toString().contains("identity"), server.requests.toString());
    }

    private Path helper(String name, String script) throws IOException {
        Path file = directory.resolve("docker-credential-" + name);
        Files.writeString(file, "#!/bin/sh\n" + script);
        assertTrue(file.toFile().setExecutable(true));
        return file;
    }

    @Test
    void helperProgramsAreAsked() throws IOException {
        helper("store", "read key; case $key in https://index.docker.io/v1/) echo '{\"Username\":\"me\",\"Secret\":\"secret\"}';; *) echo "
                + "credentials not found in native keychain; exit 1;; esac");
        helper("cloud", "read key; echo '{\"Username\":\"<token>\",\"Secret\":\"for '$key'\"}'");
        helper("broken", "echo the key store is locked; exit 3");
        Path file = directory.resolve("config.json");
        Files.writeString(file, """
                {"credsStore":"store","credHelpers":{"r:5000":"cloud","b:5000":"broken","x:5000":"../x","n:5000":"nosuch"},\
                "auths":{"ghcr.io":{"username":"u","password":"p"},"r:5000":{"identitytoken":"i"}}}""");
        DockerLogins logins = new DockerLogins(file, Silent.LOGGER, directory.toString());
        assertEquals(Optional.of(new Login("me", "secret")), logins.find("docker.io"));
        assertEquals(Optional.of(new Login("", "for r:5000")), logins.find("r:5000"));
        assertEquals(Optional.of(new Login("u", "p")), logins.find("ghcr.io"));
        for (String none : List.of("b:5000", "x:5000", "n:5000", "other:5000")) {
            assertEquals(Optional.empty(), logins.find(none));
        }
    }

    @Test
    void dockersLoginsAreRead() throws IOException {
        Path file = directory.resolve("config.json");
        DockerLogins logins = new DockerLogins(file, Silent.LOGGER, directory.toString());
        assertEquals(Optional.empty(), logins.find("docker.io"));
        Files.writeString(file, """
                {"auths":{"https://index.docker.io/v1/":{"auth":"%s"},"ghcr.io":{"username":"u","password":"p"},\
                "bad":{"auth":"%%%%"},"https://r:5000":{"auth":"%s"}}}"""
                .formatted(BASIC.substring(6), BASIC.substring(6)));
        assertEquals(Optional.of(new Login("me", "secret")), logins.find("docker.io"));
        assertEquals(Optional.of(new Login("u", "p")), logins.find("ghcr.io"));
        assertEquals(Optional.of(new Login("me", "secret")), logins.find("r:5000"));
        assertEquals(Optional.empty(), logins.find("bad"));
        Files.writeString(file, "{");
        assertEquals(Optional.empty(), logins.find("docker.io"));
    }
}
