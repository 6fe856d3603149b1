package io.hypr.image.provider;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.image.Credentials.Login;
import io.hypr.image.internal.oci.Json;
import io.hypr.model.HyprException;

/**
 * A program {@code docker-credential-NAME} that keeps logins, by the protocol of docker-credential-helpers: the registry's key on standard
 * input, the login as JSON on standard output.
 */
final class CredentialHelper {

    private static final int MAXIMUM = 1 << 16;
    private static final int PATIENCE_SECONDS = 30;
    /** The user name by which a helper says that the secret is an identity token. */
    private static final String TOKEN = "<token>";

    private final String program;

    /**
     * @param name what follows {@code docker-credential-}
     * @param path where programs are, as in PATH
     * @throws IOException if that cannot be the name of a program, or it is not there
     */
    CredentialHelper(String name, String path) throws IOException {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9_.-]*")) {
            throw new IOException("'" + name + "' is not the name of one");
        }
        String file = "docker-credential-" + name;
        this.program = Stream.of(path.split(":")).filter(d -> d.startsWith("/")).map(d -> Path.of(d, file)).filter(Files::isExecutable).findFirst()
                .orElseThrow(() -> new IOException(file + " is not in PATH")).toString();
    }

    /**
     * @param key the registry as logins name it
     * @return the login; empty if the helper has none
     * @throws IOException if it cannot be asked
     * @throws InterruptedException if the thread is interrupted; the helper is ended then
     */
    Optional<Login> get(String key) throws IOException, InterruptedException {
        Process helper = new ProcessBuilder(program, "get").redirectErrorStream(true).start();
        try {
            try (OutputStream asked = helper.getOutputStream()) {
                asked.write(key.getBytes(StandardCharsets.UTF_8));
            }
            Thread watch = Thread.startVirtualThread(() -> end(helper));
            byte[] answer;
            try (InputStream said = helper.getInputStream()) {
                answer = said.readNBytes(MAXIMUM);
            }
            boolean ended = helper.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            watch.interrupt();
            String text = new String(answer, StandardCharsets.UTF_8).strip();
            if (!ended || helper.exitValue() > 128) {
                throw new IOException(program + " did not end in " + PATIENCE_SECONDS + " s");
            }
            if (helper.exitValue() != 0) {
                if (text.startsWith("credentials not found")) {
                    return Optional.empty();
                }
                throw new IOException(program + " ended with status " + helper.exitValue() + ": " + text);
            }
            JsonNode login = Json.object(answer, "The answer of " + program);
            String user = login.path("Username").asText("");
            String secret = login.path("Secret").asText("");
            return secret.isEmpty() ? Optional.empty() : Optional.of(new Login(user.equals(TOKEN) ? "" : user, secret));
        } catch (HyprException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            helper.destroyForcibly();
        }
    }

    private static void end(Process helper) {
        try {
            if (!helper.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                helper.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
