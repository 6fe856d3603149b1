package io.hypr.plugins.internal;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.zip.ZipFile;

import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;

import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Gets artifacts as Maven does: from the user's own repository, else from the central one or the mirror of it that the user's settings
 * name. Where no settings name one, its address is that in Maven's own super POM.
 */
public final class Maven {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String PART = "[A-Za-z0-9_][A-Za-z0-9_.-]*";

    private static final String WHERE = "See what ~/.m2/settings.xml and 'repository' in io.hypr.plugins.cfg say.";

    private final Path home;
    private final Path libraries;
    private final String configured;

    /**
     * @param home the user's folder {@code .m2}
     * @param libraries Maven's own jars
     * @param configured address of a repository; empty = as the user's settings say
     */
    public Maven(Path home, Path libraries, String configured) {
        this.home = home;
        this.libraries = libraries;
        this.configured = configured;
    }

    /**
     * Gets an artifact's jar.
     *
     * @param coordinates {@code GROUP:ARTIFACT[:VERSION]}
     * @param target file to write
     * @throws HyprException {@code NOT_FOUND} if there is none, {@code UNAVAILABLE} if the repository does not answer
     */
    void get(String coordinates, Path target) {
        String[] parts = coordinates.split(":", -1);
        if (parts.length < 2 || parts.length > 3 || !String.join("", parts).matches(PART) || coordinates.contains("..")
                || !coordinates.matches(PART + "(:" + PART + "){1,2}")) {
            throw new HyprException(ErrorCode.INVALID, "'maven:" + coordinates + "' names no artifact.").remedy("Write maven:GROUP:ARTIFACT:VERSION.");
        }
        String folder = parts[0].replace('.', '/') + "/" + parts[1] + "/";
        try {
            String version = parts.length == 3 ? parts[2] : newest(coordinates, folder);
            String path = folder + version + "/" + parts[1] + "-" + version + ".jar";
            Path local = localRepository().resolve(path);
            if (Files.isRegularFile(local)) {
                Files.copy(local, target, StandardCopyOption.REPLACE_EXISTING);
                return;
            }
            Optional<byte[]> jar = fetch(path);
            if (jar.isEmpty()) {
                throw new HyprException(ErrorCode.NOT_FOUND,
                        "The Maven repository " + repository() + " has no " + parts[0] + ":" + parts[1] + ":" + version + ".")
                    .remedy("See whether group, artifact and version are right.");
            }
            Files.write(target, jar.get());
            verify(path, target);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The Maven repository " + repository() + " does not answer: " + e.getMessage(), e)
                .remedy("See whether this host reaches it, and what ~/.m2/settings.xml says.");
        }
    }

    private void verify(String path, Path target) throws IOException {
        byte[] sum = fetch(path + ".sha1").orElseThrow(
                () -> new HyprException(ErrorCode.CORRUPT, "The Maven repository " + repository() + " has no check sum of " + path + "."));
        String expected = new String(sum, StandardCharsets.US_ASCII).strip().split("\\s+")[0];
        String actual = Digests.of(target, "SHA-1");
        if (!expected.equalsIgnoreCase(actual)) {
            throw new HyprException(ErrorCode.CORRUPT, "What the Maven repository sent as " + path + " has the check sum " + actual
                    + ", not " + expected + ".").remedy("Try again.");
        }
    }

    private String newest(String coordinates, String folder) throws IOException {
        Optional<byte[]> list = fetch(folder + "maven-metadata.xml");
        if (list.isPresent()) {
            Optional<String> release = text(parse(new ByteArrayInputStream(list.get())).getDocumentElement(), "release");
            if (release.isPresent() && release.get().matches(PART)) {
                return release.get();
            }
        }
        throw new HyprException(ErrorCode.NOT_FOUND, "The Maven repository " + repository() + " knows no release of " + coordinates + ".")
                .remedy("Name a version: maven:" + coordinates + ":VERSION.");
    }

    private Optional<byte[]> fetch(String path) throws IOException {
        URI address = address(path);
        return address.getScheme().equals("file") ? read(Path.of(address)) : request(address);
    }

    private URI address(String path) {
        String whole = repository() + path;
        try {
            URI address = new URI(whole);
            if (address.getScheme() != null && address.getScheme().matches("https?|file")) {
                return address;
            }
        } catch (URISyntaxException e) {
            throw new HyprException(ErrorCode.INVALID, "The address of the Maven repository is none: " + e.getMessage() + ".", e).remedy(WHERE);
        }
        throw new HyprException(ErrorCode.INVALID, "The Maven repository " + repository() + " is not reached by http, https or file.").remedy(WHERE);
    }

    private static Optional<byte[]> read(Path file) throws IOException {
        try {
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static Optional<byte[]> request(URI address) throws IOException {
        try (HttpClient client = HttpClient.newBuilder().followRedirects(HttpClient.Redirect.NORMAL).connectTimeout(Duration.ofSeconds(30)).build()) {
            HttpResponse<byte[]> answer = client.send(HttpRequest.newBuilder(address).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == 404) {
                return Optional.empty();
            }
            if (answer.statusCode() != 200) {
                throw new IOException("it answered " + address.getPath() + " with the status " + answer.statusCode());
            }
            return Optional.of(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Getting " + address + " was interrupted.", e);
        }
    }

    private String repository() {
        String address = configured.isEmpty() ? mirror().or(this::central)
                .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No Maven repository is known.")
            .remedy("Name a mirror of central in ~/.m2/settings.xml, install Maven, or set 'repository' in io.hypr.plugins.cfg.")) : configured;
        return address.endsWith("/") ? address : address + "/";
    }

    private Path localRepository() throws IOException {
        Path settings = home.resolve("settings.xml");
        if (Files.isRegularFile(settings)) {
            try (InputStream in = Files.newInputStream(settings)) {
                Optional<String> local = text(parse(in).getDocumentElement(), "localRepository");
                if (local.isPresent()) {
                    return Path.of(local.get().replace("${user.home}", System.getProperty("user.home")));
                }
            }
        }
        return home.resolve("repository");
    }

    private Optional<String> mirror() {
        Path settings = home.resolve("settings.xml");
        if (!Files.isRegularFile(settings)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(settings)) {
            NodeList mirrors = parse(in).getElementsByTagName("mirror");
            for (int i = 0; i < mirrors.getLength(); i++) {
                Element mirror = (Element) mirrors.item(i);
                if (text(mirror, "mirrorOf").filter(of -> of.matches("(.*,)?\\s*(central|\\*|external:\\*)\\s*(,.*)?")).isPresent()) {
                    return text(mirror, "url");
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INVALID, "The Maven settings " + settings + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Optional<String> central() {
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(libraries, "maven-model-builder-*.jar")) {
            for (Path jar : jars) {
                try (ZipFile zip = new ZipFile(jar.toFile()); InputStream in = zip.getInputStream(zip.getEntry("org/apache/maven/model/pom-4.0.0.xml"))) {
                    return text(parse(in).getDocumentElement(), "url");
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // No Maven here: the caller says what to do.
        }
    }

    private static Optional<String> text(Element in, String name) {
        NodeList all = in.getElementsByTagName(name);
        return all.getLength() == 0 ? Optional.empty() : Optional.of(all.item(0).getTextContent().strip()).filter(t -> !t.isEmpty());
    }

    private static Document parse(InputStream in) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler()); // The parser's own prints.
            return builder.parse(in);
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("it is no XML that can be read: " + e.getMessage(), e);
        }
    }
}
