package io.hypr.image.provider;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.image.Credentials;
import io.hypr.image.internal.oci.Json;
import io.hypr.model.HyprException;

/** Logins that `docker login` left in {@code ~/.docker/config.json}, or in {@code $DOCKER_CONFIG}. Read anew each time, so that a login counts at once. Helper programs are not asked. */
@Component(property = "service.ranking:Integer=-100")
public final class DockerLogins implements Credentials {

    private static final String HUB_KEY = "https://index.docker.io/v1/";

    private final Path file;
    private final Logger log;

    /**
     * @param loggers the log
     */
    @Activate
    public DockerLogins(@Reference LoggerFactory loggers) {
        this(Path.of(Optional.ofNullable(System.getenv("DOCKER_CONFIG")).orElse(System.getProperty("user.home") + "/.docker"), "config.json"), loggers.getLogger(DockerLogins.class));
    }

    DockerLogins(Path file, Logger log) {
        this.file = file;
        this.log = log;
    }

    @Override
    public Optional<Login> find(String registry) {
        JsonNode auths;
        try {
            auths = Json.object(Files.readAllBytes(file), file.toString()).path("auths");
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | HyprException e) {
            log.warn("The logins in {} cannot be read", file, e);
            return Optional.empty();
        }
        List<String> keys = registry.equals("docker.io") ? List.of(HUB_KEY, "docker.io", "index.docker.io", "https://docker.io") : List.of(registry, "https://" + registry, "http://" + registry);
        return keys.stream().map(auths::path).filter(JsonNode::isObject).map(DockerLogins::login).flatMap(Optional::stream).findFirst();
    }

    private static Optional<Login> login(JsonNode auth) {
        if (auth.path("auth").isTextual()) {
            try {
                String pair = new String(Base64.getDecoder().decode(auth.path("auth").textValue()), StandardCharsets.UTF_8);
                int colon = pair.indexOf(':');
                return colon < 0 ? Optional.empty() : Optional.of(new Login(pair.substring(0, colon), pair.substring(colon + 1)));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        String user = auth.path("username").asText("");
        return user.isEmpty() ? Optional.empty() : Optional.of(new Login(user, auth.path("password").asText("")));
    }
}
