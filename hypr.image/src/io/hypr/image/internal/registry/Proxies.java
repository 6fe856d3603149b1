package io.hypr.image.internal.registry;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The proxies that the variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY (or the same in lower case) name, as Docker's daemon and most
 * programs read them: a proxy is {@code [http://][user:password@]host[:port]}; hosts that need none are separated by commas: a name with
 * all below it, {@code .name} for what is below it only, an IPv4 address or range, {@code host:port}, or {@code *}. This machine itself
 * never needs one.
 */
final class Proxies extends ProxySelector {

    private static final int DEFAULT_PORT = 80;

    private final Map<String, Server> servers = new HashMap<>();
    private final List<String> without = new ArrayList<>();

    private record Server(String host, int port, String user, String password) {
    }

    /**
     * @param environment gives a variable's value or null
     * @throws HyprException {@code INVALID} if a proxy's address is malformed
     */
    Proxies(UnaryOperator<String> environment) {
        for (String scheme : List.of("http", "https")) {
            String variable = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
            String value = either(environment, variable);
            if (!value.isEmpty()) {
                servers.put(scheme, server(variable, value));
            }
        }
        for (String host : either(environment, "NO_PROXY").split("[,\\s]+")) {
            if (!host.isEmpty()) {
                without.add(host.toLowerCase(Locale.ROOT));
            }
        }
    }

    private static String either(UnaryOperator<String> environment, String name) {
        String value = environment.apply(name);
        value = value == null || value.isBlank() ? environment.apply(name.toLowerCase(Locale.ROOT)) : value;
        return value == null ? "" : value.strip();
    }

    private static Server server(String variable, String value) {
        try {
            URI uri = URI.create(value.contains("://") ? value : "http://" + value);
            if (uri.getHost() != null && "http".equals(uri.getScheme())) {
                String[] login = uri.getRawUserInfo() == null ? new String[] {""} : uri.getRawUserInfo().split(":", 2);
                return new Server(uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), decode(login[0]), login.length > 1 ? decode(login[1]) : "");
            }
        } catch (IllegalArgumentException e) {
            throw malformed(variable, e);
        }
        throw malformed(variable, null);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The value is not repeated: there may be a password in it. */
    private static HyprException malformed(String variable, Throwable cause) {
        return new HyprException(ErrorCode.INVALID, "The variable " + variable + " of hyprd does not name a proxy.", cause)
                .remedy("Write http://host:port, or http://user:password@host:port.");
    }

    @Override
    public List<Proxy> select(URI uri) {
        Server server = servers.get(uri.getScheme());
        if (server == null || isWithout(uri)) {
            return List.of(Proxy.NO_PROXY);
        }
        return List.of(new Proxy(Proxy.Type.HTTP, new InetSocketAddress(server.host, server.port)));
    }

    private boolean isWithout(URI uri) {
        String host = uri.getHost().toLowerCase(Locale.ROOT).replaceAll("^\\[|]$", "");
        int port = uri.getPort() < 0 ? uri.getScheme().equals("https") ? 443 : 80 : uri.getPort();
        return Endpoints.isLoopback(uri.getHost()) || without.stream().anyMatch(w -> covers(w, host, port));
    }

    private static boolean covers(String rule, String host, int port) {
        if (rule.equals("*")) {
            return true;
        }
        if (rule.indexOf('/') > 0) {
            return covers(rule, host);
        }
        String name = rule;
        int colon = rule.lastIndexOf(':');
        if (colon > 0 && rule.indexOf(':') == colon) {
            if (!rule.substring(colon + 1).equals(Integer.toString(port))) {
                return false;
            }
            name = rule.substring(0, colon);
        }
        name = name.startsWith("*.") ? name.substring(1) : name;
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    /** Whether an IPv4 address is in a range such as 10.0.0.0/8; what is neither is not. */
    private static boolean covers(String range, String host) {
        int slash = range.indexOf('/');
        Long from = number(range.substring(0, slash));
        Long address = number(host);
        if (from == null || address == null || !range.substring(slash + 1).matches("[0-9]|[12][0-9]|3[0-2]")) {
            return false;
        }
        int shift = 32 - Integer.parseInt(range.substring(slash + 1));
        return from >> shift == address >> shift;
    }

    private static Long number(String address) {
        if (!address.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
            return null;
        }
        long number = 0;
        for (String part : address.split("\\.")) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    /** Nothing is remembered of a proxy that fails: the next attempt asks it again. */
    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // The request fails with the reason.
    }

    /**
     * @param uri of a request
     * @return the header Proxy-Authorization for it; empty if its proxy, if there is one, needs no login. An {@link java.net.Authenticator}
     * would do, were it not asked for registries as well.
     */
    Optional<String> authorization(URI uri) {
        Server server = servers.get(uri.getScheme());
        return server == null || server.user.isEmpty() || isWithout(uri) ? Optional.empty()
                : Optional.of("Basic " + Base64.getEncoder().encodeToString((server.user + ":" + server.password).getBytes(StandardCharsets.UTF_8)));
    }
}
