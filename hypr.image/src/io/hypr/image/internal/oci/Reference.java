package io.hypr.image.internal.oci;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The name of an image, as Docker understands it: {@code [registry/]repository[:tag][@digest]}.
 *
 * @param registry host and port, {@code docker.io} if none was named
 * @param repository path there, with {@code library/} where docker.io adds it
 * @param tag empty if there is a digest only
 * @param digest {@code sha256:...}, or empty
 */
public record Reference(String registry, String repository, String tag, String digest) {

    /** The registry of names that have none. */
    public static final String DOCKER_HUB = "docker.io";

    private static final String OFFICIAL = "library/";
    private static final Pattern WHOLE = Pattern.compile("(.+?)(?::([^:/@]*))?(?:@(.*))?");
    private static final Pattern HOST =
            Pattern.compile("(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?");
    private static final Pattern PATH = Pattern.compile("[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("\\w[\\w.-]{0,127}");
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final int MAXIMUM = 255;

    /**
     * Reads a name. One without tag and digest gets the tag {@code latest}.
     *
     * @param text what the user wrote
     * @return its parts
     * @throws HyprException {@code INVALID} if it is not a name
     */
    public static Reference parse(String text) {
        Matcher whole = WHOLE.matcher(text);
        if (!whole.matches()) {
            throw malformed(text, "it is empty");
        }
        String name = whole.group(1);
        String tag = whole.group(2);
        String digest = Optional.ofNullable(whole.group(3)).orElse("");
        int slash = name.indexOf('/');
        String first = slash < 0 ? "" : name.substring(0, slash);
        boolean host = first.contains(".") || first.contains(":") || first.equals("localhost") || !first.equals(first.toLowerCase(Locale.ROOT));
        String registry = host ? first : DOCKER_HUB;
        String repository = host ? name.substring(slash + 1) : name;
        if (registry.equals("index.docker.io")) {
            registry = DOCKER_HUB;
        }
        String path = repository.replaceFirst(":.*", "");
        if (!path.equals(path.toLowerCase(Locale.ROOT))) {
            throw new HyprException(ErrorCode.INVALID, "invalid reference format: repository name (" + (host || path.indexOf('/') >= 0 ? "" : OFFICIAL) + path
                    + ") must be lowercase");
        }
        if (!HOST.matcher(registry).matches()) {
            throw malformed(text, registry + " is no registry's host and port");
        }
        if (repository.length() > MAXIMUM || !PATH.matcher(repository).matches() || !host && HEX.matcher(repository).matches()) {
            throw malformed(text, "'" + repository + "' is no repository's name");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw malformed(text, "'" + tag + "' is no tag");
        }
        if (whole.group(3) != null && !isDigest(digest)) {
            throw malformed(text, "'" + digest + "' is no digest of the form sha256: and 64 hexadecimal digits");
        }
        if (registry.equals(DOCKER_HUB) && repository.indexOf('/') < 0) {
            repository = OFFICIAL + repository;
        }
        return new Reference(registry, repository, tag != null ? tag : digest.isEmpty() ? "latest" : "", digest);
    }

    /**
     * @param text anything
     * @return whether it is a SHA-256 digest
     */
    public static boolean isDigest(String text) {
        return DIGEST.matcher(text).matches();
    }

    /** @return what names a manifest in its repository: the digest if there is one, else the tag */
    public String version() {
        return digest.isEmpty() ? tag : digest;
    }

    /** @return registry and repository in the short form that Docker shows */
    public String shortRepository() {
        if (!registry.equals(DOCKER_HUB)) {
            return registry + "/" + repository;
        }
        return repository.startsWith(OFFICIAL) && repository.indexOf('/', OFFICIAL.length()) < 0 ? repository.substring(OFFICIAL.length()) : repository;
    }

    /** @return the short form that Docker shows, with tag or else digest */
    public String shortName() {
        return shortRepository() + suffix();
    }

    /** @return the full form, with tag or else digest: the key in the index */
    public String fullName() {
        return registry + "/" + repository + suffix();
    }

    /**
     * @param target a manifest's digest
     * @return the name of that manifest in the same repository
     */
    public Reference at(String target) {
        return new Reference(registry, repository, "", target);
    }

    private String suffix() {
        return tag.isEmpty() ? "@" + digest : ":" + tag;
    }

    private static HyprException malformed(String text, String why) {
        return new HyprException(ErrorCode.INVALID, "invalid reference format: '" + text + "' is not the name of an image, " + why + ".");
    }
}
