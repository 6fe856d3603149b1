package io.hypr.plugins.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Artifacts from a repository that the test serves. */
class MavenTest {

    private static final String JAR = "/org/example/plugin/1.2/plugin-1.2.jar";
    private static final String LIST = "/org/example/plugin/maven-metadata.xml";
    /** Of the text {@code the jar}, by sha1sum(1). */
    private static final String SUM = "6dc5db93b58bc15fe34c838e01d6cb6bc31108bd";

    @TempDir
    Path directory;

    private final Map<String, String> served = new TreeMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        served.put(JAR, "the jar");
        served.put(JAR + ".sha1", SUM);
        Files.createDirectories(home());
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            String text = served.get(path);
            if (text == null) {
                exchange.sendResponseHeaders(404, -1);
            } else if (text.equals("broken")) {
                exchange.sendResponseHeaders(503, -1);
            } else {
                byte[] octets = text.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, octets.length);
                exchange.getResponseBody().write(octets);
            }
        }
    }

    private String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private Path home() {
        return directory.resolve("m2");
    }

    private void settings(String inside) throws IOException {
        Files.writeString(home().resolve("settings.xml"), "<settings xmlns=\"http://maven.apache.org/SETTINGS/1.0.0\">" + inside + "</settings>");
    }

    private String got(String configured, String coordinates) {
        Path target = directory.resolve("target");
        new Maven(home(), directory.resolve("lib"), configured).get(coordinates, target);
        try {
            return Files.readString(target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HyprException refused(String configured, String coordinates) {
        return assertThrows(HyprException.class, () -> got(configured, coordinates));
    }

    @Test
    void anArtifactIsFetchedAndItsSumCompared() {
        assertEquals("the jar", got(address(), "org.example:plugin:1.2"));
        assertEquals(List.of(JAR, JAR + ".sha1"), asked);
        served.put(JAR + ".sha1", SUM.toUpperCase(java.util.Locale.ROOT) + "  plugin-1.2.jar\n");
        assertEquals("the jar", got(address() + "/", "org.example:plugin:1.2"), "a sum as sha1sum prints it, an address that ends in a slash");
    }

    @Test
    void withoutAVersionItIsTheNewestRelease() {
        served.put(LIST, "<metadata><versioning><latest>1.3-SNAPSHOT</latest><release>1.2</release></versioning></metadata>");
        assertEquals("the jar", got(address(), "org.example:plugin"));
        served.put(LIST, "<metadata><versioning><latest>1.3-SNAPSHOT</latest></versioning></metadata>");
        HyprException none = refused(address(), "org.example:plugin");
        assertEquals(ErrorCode.NOT_FOUND, none.code());
        assertEquals("Name a version: maven:org.example:plugin:VERSION.", none.remedy().orElseThrow());
        served.put(LIST, "<metadata><versioning><release>../../other</release></versioning></metadata>");
        assertEquals(ErrorCode.NOT_FOUND, refused(address(), "org.example:plugin").code(), "a release that is no version");
    }

    @Test
    void whatIsNotWhatItsSumSaysIsCorrupt() {
        served.put(JAR, "another jar");
        HyprException corrupt = refused(address(), "org.example:plugin:1.2");
        assertEquals(ErrorCode.CORRUPT, corrupt.code());
        assertTrue(corrupt.getMessage().endsWith(", not " + SUM + "."), corrupt.getMessage());
        served.remove(JAR + ".sha1");
        assertEquals(ErrorCode.CORRUPT, refused(address(), "org.example:plugin:1.2").code());
    }

    @Test
    void aRepositoryThatHasItNotOrDoesNotAnswerIsNamed() {
        HyprException missing = refused(address(), "org.example:plugin:9");
        assertEquals(ErrorCode.NOT_FOUND, missing.code());
        assertEquals("The Maven repository " + address() + "/ has no org.example:plugin:9.", missing.getMessage());
        served.put(JAR, "broken");
        HyprException broken = refused(address(), "org.example:plugin:1.2");
        assertEquals(ErrorCode.UNAVAILABLE, broken.code());
        assertEquals("The Maven repository " + address() + "/ does not answer: it answered " + JAR + " with the status 503", broken.getMessage());
        server.stop(0);
        assertEquals(ErrorCode.UNAVAILABLE, refused(address(), "org.example:plugin:1.2").code());
    }

    @Test
    void theUsersOwnRepositoryComesFirst() throws IOException {
        Path own = Files.createDirectories(home().resolve("repository/org/example/plugin/1.2"));
        Files.writeString(own.resolve("plugin-1.2.jar"), "my own");
        assertEquals("my own", got(address(), "org.example:plugin:1.2"));
        settings("<localRepository>" + directory.resolve("elsewhere") + "</localRepository>");
        assertEquals("the jar", got(address(), "org.example:plugin:1.2"));
        Files.createDirectories(directory.resolve("elsewhere/org/example/plugin"));
        Files.move(own, directory.resolve("elsewhere/org/example/plugin/1.2"));
        assertEquals("my own", got(address(), "org.example:plugin:1.2"));
    }

    @Test
    void theRepositoryIsTheMirrorOfCentralThatTheSettingsName() throws IOException {
        String other = "<mirror><mirrorOf>other</mirrorOf><url>http://127.0.0.1:1/</url></mirror>";
        for (String of : List.of("central", "*", "external:*", "one, central", "central,!two")) {
            settings("<mirrors>" + other + "<mirror><mirrorOf>" + of + "</mirrorOf><url>" + address() + "</url></mirror></mirrors>");
            assertEquals("the jar", got("", "org.example:plugin:1.2"), of);
        }
        settings("<mirrors>" + other + "</mirrors>");
        assertEquals("No Maven repository is known.", refused("", "org.example:plugin:1.2").getMessage());
    }

    @Test
    void withoutAMirrorItIsTheOneInMavensOwnModel() throws IOException {
        assertEquals("No Maven repository is known.", refused("", "org.example:plugin:1.2").getMessage());
        String model = "<project><repositories><repository><url>" + address() + "</url></repository></repositories></project>";
        Jars.write(Files.createDirectories(directory.resolve("lib")).resolve("maven-model-builder-3.9.jar"), Map.of(),
            Map.of("org/apache/maven/model/pom-4.0.0.xml", model.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertEquals("the jar", got("", "org.example:plugin:1.2"));
    }

    @Test
    void aRepositoryMayBeADirectory() throws IOException {
        Path repository = directory.resolve("repository of files");
        Path file = repository.resolve(JAR.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, "the jar");
        Files.writeString(repository.resolve(JAR.substring(1) + ".sha1"), SUM);
        assertEquals("the jar", got(repository.toUri().toString(), "org.example:plugin:1.2"));
        assertEquals(ErrorCode.NOT_FOUND, refused(repository.toUri().toString(), "org.example:plugin:9").code());
        assertEquals(List.of(), asked);
    }

    @Test
    void whatNamesNoArtifactAndWhatIsNoAddressIsRefused() throws IOException {
        for (String coordinates : List.of("", "group", "a:b:c:d", "org..example:plugin:1",
                "../x:plugin:1", "org.example:plug/in:1", "org.example::1", "a:b:")) {
            HyprException invalid = refused(address(), coordinates);
            assertEquals(ErrorCode.INVALID, invalid.code(), coordinates);
            assertEquals("'maven:" + coordinates + "' names no artifact.", invalid.getMessage());
        }
        assertEquals(ErrorCode.INVALID, refused("ftp://127.0.0.1/", "org.example:plugin:1.2").code());
        assertEquals(ErrorCode.INVALID, refused("http://a b/", "org.example:plugin:1.2").code());
        assertEquals(ErrorCode.INVALID, refused("repository", "org.example:plugin:1.2").code());
        Files.writeString(home().resolve("settings.xml"), "<!DOCTYPE settings [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><settings>&e;</settings>");
        assertTrue(refused("", "org.example:plugin:1.2").getMessage().contains("DOCTYPE"));
        assertEquals(List.of(), asked);
    }
}
