package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;

import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Reads ports as {@code docker run -p} and {@code --expose} take them. */
public final class Ports {

    private static final int HIGHEST = 65_535;

    private Ports() {
    }

    /**
     * Reads {@code [[address:][hostPort[-hostPort]]:]port[-port][/protocol]}.
     *
     * @param text what was typed
     * @return a mapping for each port of the container
     */
    public static List<PortMapping> parse(String text) {
        String protocol = protocol(text);
        String rest = withoutProtocol(text);
        String container = rest.substring(rest.lastIndexOf(':') + 1);
        String host = "";
        String address = "";
        if (rest.lastIndexOf(':') >= 0) {
            rest = rest.substring(0, rest.lastIndexOf(':'));
            int colon = rest.endsWith("]") ? -1 : rest.lastIndexOf(':');
            if (rest.startsWith("[")) {
                int close = rest.indexOf(']');
                if (close < 0) {
                    throw invalid(text, "address " + rest + ": missing ']' in address");
                }
                address = rest.substring(1, close);
                host = close + 1 < rest.length() ? rest.substring(close + 2) : "";
            } else {
                address = colon < 0 ? "" : rest.substring(0, colon);
                host = rest.substring(colon + 1);
            }
        }
        checkAddress(text, address);
        int[] inside = range(container, text);
        int[] outside = host.isEmpty() ? new int[] {0, 0} : range(host, text);
        int count = inside[1] - inside[0];
        boolean chosen = !host.isEmpty() && outside[1] - outside[0] != count;
        if (chosen && count != 0) {
            throw invalid(text, "invalid ranges specified for container and host Ports: " + container + " and " + host);
        }
        List<PortMapping> all = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            PortMapping m = new PortMapping();
            m.protocol = protocol;
            m.containerPort = inside[0] + i;
            m.hostAddress = address;
            m.hostPort = host.isEmpty() ? 0 : outside[0] + i;
            m.hostPortEnd = chosen ? outside[1] : 0;
            all.add(m);
        }
        return all;
    }

    /**
     * Reads {@code port[-port][/protocol]}.
     *
     * @param text what was typed
     * @return each port with its protocol, such as {@code 80/tcp}
     */
    public static List<String> exposed(String text) {
        int[] r = range(withoutProtocol(text), text);
        List<String> all = new ArrayList<>();
        for (int p = r[0]; p <= r[1]; p++) {
            all.add(p + "/" + protocol(text));
        }
        return all;
    }

    private static String withoutProtocol(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    private static String protocol(String text) {
        int slash = text.indexOf('/');
        String p = slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(java.util.Locale.ROOT);
        if (p.equals("sctp")) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "SCTP ports cannot be published, as " + text + " asks.").remedy("Publish TCP or UDP ports.");
        }
        if (!p.equals("tcp") && !p.equals("udp")) {
            throw invalid(text, "invalid proto: " + p);
        }
        return p;
    }

    private static int[] range(String text, String whole) {
        if (text.isEmpty()) {
            throw invalid(whole, "No port specified: " + whole + "<empty>");
        }
        String[] ends = text.split("-", 2);
        try {
            int from = Integer.parseInt(ends[0]);
            int to = ends.length == 2 ? Integer.parseInt(ends[1]) : from;
            if (from >= 1 && to <= HIGHEST && from <= to) {
                return new int[] {from, to};
            }
        } catch (NumberFormatException e) {
            throw new HyprException(ErrorCode.INVALID, "invalid publish \"" + whole + "\": invalid containerPort: " + text, e);
        }
        throw invalid(whole, "invalid range: " + text);
    }

    private static void checkAddress(String whole, String address) {
        if (!address.isEmpty() && !address.matches("[0-9.]+|[0-9a-fA-F:.]+")) {
            throw invalid(whole, "invalid IP address: " + address);
        }
    }

    private static HyprException invalid(String whole, String why) {
        return new HyprException(ErrorCode.INVALID, "invalid publish \"" + whole + "\": " + why);
    }
}
