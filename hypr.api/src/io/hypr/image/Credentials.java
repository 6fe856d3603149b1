package io.hypr.image;

import java.util.Optional;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Knows how to log in to registries. A whiteboard: whoever can tell registers a service, and those with the higher {@code service.ranking} are asked first.
 */
@ConsumerType
@FunctionalInterface
public interface Credentials {

    /**
     * {@return how to log in there; empty if this service does not know}
     *
     * @param registry host and port as in references: {@code docker.io}, {@code ghcr.io}, {@code localhost:5000}
     */
    Optional<Login> find(String registry);

    /**
     * A login. Its text form hides the secret.
     *
     * @param user the name, or empty for an identity token
     * @param secret password or token
     */
    record Login(String user, String secret) {
        @Override
        public String toString() {
            return "Login[user=" + user + "]";
        }
    }
}
