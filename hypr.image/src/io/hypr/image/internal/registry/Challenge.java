package io.hypr.image.internal.registry;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a registry asks for in a WWW-Authenticate header (RFC 9110, section 11.6.1; distribution specification, token authentication).
 *
 * @param scheme {@code bearer} or {@code basic}
 * @param parameters realm, service, scope
 */
record Challenge(String scheme, Map<String, String> parameters) {

    private static final Pattern SCHEME = Pattern.compile("\\s*(\\w+)(?:\\s+(.*))?", Pattern.DOTALL);
    private static final Pattern PARAMETER = Pattern.compile("([\\w-]+)\\s*=\\s*(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))\\s*,?\\s*");

    static Optional<Challenge> parse(String header) {
        Matcher m = SCHEME.matcher(header);
        if (!m.matches()) {
            return Optional.empty();
        }
        String scheme = m.group(1).toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher p = PARAMETER.matcher(m.group(2) == null ? "" : m.group(2));
        while (p.lookingAt()) {
            parameters.put(p.group(1).toLowerCase(Locale.ROOT), p.group(2) != null ? p.group(2).replaceAll("\\\\(.)", "$1") : p.group(3));
            p.region(p.end(), p.regionEnd());
        }
        return scheme.equals("bearer") || scheme.equals("basic") ? Optional.of(new Challenge(scheme, parameters)) : Optional.empty();
    }
}
