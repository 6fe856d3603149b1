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

/**
 * Logins that `docker login` left in {@code ~/.docker/config.json}, or in {@code $DOCKER_CONFIG}, or with the helper programs that this
 * file names. Read anew each time, so that a login counts at once.
 */
@Component(property = "service.ranking:Integer=-100")
public final class DockerLogins implements Credentials {

    private static final String HUB_KEY = "https://index.docker.io/v1/";

    private final Path file;
    private final Logger log;
    private final String path;

    /**
     * @param loggers the log
     */
    @Activate
    public DockerLogins(@Reference LoggerFactory loggers) {
        this(Path.of(Optional.ofNullable(System.getenv("DOCKER_CONFIG")).orElse(System.getProperty("user.home") + "/.docker"),
                "config.json"), loggers.getLogger(DockerLogins.class),
                Optional.ofNullable(System.getenv("PATH")).orElse(""));
    }

    DockerLogins(Path file, Logger log, String path) {
        this.file = file;
        this.log = log;
        this.path = path;
    }

    @Override
    public Optional<Login> find(String registry) {
        JsonNode config;
        try {
            config = Json.object(Files.readAllBytes(file), file.toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | HyprException e) {
            log.warn("The logins in {} cannot be read", file, e);
            return Optional.empty();
        }
        List<String> keys = registry.equals("docker.io") ? List.of(HUB_KEY, "docker.io", "index.docker.io", "https://docker.io")
                : List.of(registry, "https://" + registry, "http://" + registry);
        for (String key : keys) {
            String helper = config.path("credHelpers").path(key).asText("");
            if (!helper.isEmpty()) {
                return helped(helper, key);
            }
        }
        Optional<Login> kept = keys.stream().map(config.path("auths")::path).filter(JsonNode::isObject).map(DockerLogins::login)
                .flatMap(Optional::stream).findFirst();
        String store = config.path("credsStore").asText("");
        return kept.isPresent() || store.isEmpty() ? kept : helped(store, keys.getFirst());
    }

    private Optional<Login> helped(String helper, String key) {
        try {
            return new CredentialHelper(helper, path).get(key);
        } catch (IOException e) {
            log.warn("The credential helper {} that {} names does not tell the login for {}: {}", helper, file, key, e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Optional<Login> login(JsonNode auth) {
        if (!auth.path("identitytoken").asText("").isEmpty()) {
            return Optional.of(new Login("", auth.path("identitytoken").textValue()));
        }
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
