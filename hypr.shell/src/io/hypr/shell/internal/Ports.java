package io.hypr.shell.internal;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.shell.internal.grammar.InputException;

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
                    throw new InputException("address " + rest + ": missing ']' in address");
                }
                address = rest.substring(1, close);
                String after = rest.substring(close + 1);
                if (!after.isEmpty() && after.charAt(0) != ':') {
                    throw new InputException("address " + rest + ": missing port in address");
                }
                host = after.isEmpty() ? "" : after.substring(1);
            } else {
                address = colon < 0 ? "" : rest.substring(0, colon);
                host = rest.substring(colon + 1);
            }
        }
        checkAddress(address);
        if (container.isEmpty()) {
            throw new InputException("no port specified: " + text + "<empty>");
        }
        int[] inside = ordered(container, "invalid containerPort: ");
        // Port 0 of the host is any that is free, as none is.
        int[] outside = host.isEmpty() || host.equals("0") ? new int[] {0, 0} : ordered(host, "invalid hostPort: ");
        int count = inside[1] - inside[0];
        boolean free = outside[0] == 0;
        boolean chosen = !free && outside[1] - outside[0] != count;
        if (chosen && count != 0) {
            throw new InputException("invalid ranges specified for container and host Ports: " + container + " and " + host);
        }
        List<PortMapping> all = new ArrayList<>();
        for (int i = 0; i <= count; i++) {
            PortMapping m = new PortMapping();
            m.protocol = protocol;
            m.containerPort = inside[0] + i;
            m.hostAddress = address;
            m.hostPort = free ? 0 : outside[0] + i;
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
        String ports = withoutProtocol(text);
        for (String end : ports.split("-", 2)) {
            if (!end.matches("\\d+")) {
                throw notExposed(text, "strconv.ParseUint: parsing \"" + end + "\": invalid syntax");
            }
            if (end.length() > 5 || Integer.parseInt(end) > HIGHEST) {
                throw notExposed(text, "strconv.ParseUint: parsing \"" + end + "\": value out of range");
            }
        }
        int[] r = range(ports, "invalid range format for --expose: ");
        if (r[0] > r[1]) {
            throw notExposed(text, "invalid range specified for port: " + text);
        }
        List<String> all = new ArrayList<>();
        for (int p = r[0]; p <= r[1]; p++) {
            all.add(p + "/" + protocol(text));
        }
        return all;
    }

    private static InputException notExposed(String text, String why) {
        return new InputException("invalid range format for --expose: " + text + ", error: " + why);
    }

    private static String withoutProtocol(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    private static String protocol(String text) {
        int slash = text.indexOf('/');
        String p = slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
        if (p.equals("sctp")) {
            throw new InputException("SCTP ports cannot be published, as " + text + " asks.").remedy("Publish TCP or UDP ports.");
        }
        if (!p.equals("tcp") && !p.equals("udp")) {
            throw new InputException("invalid proto: " + p);
        }
        return p;
    }

    private static int[] ordered(String text, String wrong) {
        int[] r = range(text, wrong);
        if (r[0] > r[1]) {
            throw new InputException(wrong + text + ": its end is before its beginning");
        }
        return r;
    }

    private static int[] range(String text, String wrong) {
        String[] ends = text.split("-", 2);
        for (String end : ends) {
            if (!end.matches("\\d{1,5}") || Integer.parseInt(end) < 1 || Integer.parseInt(end) > HIGHEST) {
                throw new InputException(wrong + text);
            }
        }
        return new int[] {Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1])};
    }

    private static void checkAddress(String address) {
        try {
            if (!address.isEmpty() && (!address.matches("[0-9.]*") || address.matches("\\d+\\.\\d+\\.\\d+\\.\\d+"))) {
                InetAddress.ofLiteral(address);
            } else if (!address.isEmpty()) {
                throw new IllegalArgumentException("An IPv4 address has four parts");
            }
        } catch (IllegalArgumentException e) {
            throw new InputException("invalid IP address: " + address, e);
        }
    }
}
