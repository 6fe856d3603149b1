package io.hypr.shell.internal;

import java.net.InetAddress;

import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Words;

/** Reads {@code --dns}, {@code --dns-search}, {@code --add-host} and {@code --mac-address} in Docker's syntax. */
final class NetworkOptions {

    private NetworkOptions() {
    }

    /** @return the address of a name server */
    static String server(Words words, String text) {
        if (!isAddress(text)) {
            throw words.invalid("dns", text, "IP address is not correctly formatted: " + text);
        }
        return text;
    }

    /** @return a search domain; a dot alone stands for none */
    static String domain(Words words, String text) {
        if (!text.equals(".") && !text.matches("(?!.{254})[0-9A-Za-z_]([0-9A-Za-z_-]*)(\\.[0-9A-Za-z_]([0-9A-Za-z_-]*))*\\.?")) {
            throw words.invalid("dns-search", text, text + " is not a valid domain");
        }
        return text;
    }

    /** @return {@code name:address}; an equals sign in place of the colon makes addresses of IPv6 easier to read */
    static String host(Words words, String text) {
        int equals = text.indexOf('=');
        int at = equals < 0 ? text.indexOf(':') : equals;
        String address = text.substring(at + 1);
        if (at < 1 || address.isEmpty()) {
            throw words.invalid("add-host", text, "bad format for add-host: \"" + text + "\"");
        }
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        if (!address.equals("host-gateway") && !isAddress(address)) {
            throw words.invalid("add-host", text, "invalid IP address in add-host: \"" + address + "\"");
        }
        return text.substring(0, at) + ":" + address;
    }

    /** @return a hardware address of six octets */
    static String hardware(String text) {
        if (!text.matches("[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}")) {
            throw new InputException(text + " is not a valid mac address");
        }
        return text;
    }

    private static boolean isAddress(String text) {
        try {
            // A literal of Java's may leave parts of an IPv4 address out, one of Docker's may not.
            InetAddress.ofLiteral(text);
            return text.indexOf(':') >= 0 || text.matches("\\d+\\.\\d+\\.\\d+\\.\\d+");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
