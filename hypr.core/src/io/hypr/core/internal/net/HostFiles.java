package io.hypr.core.internal.net;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Endpoint;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The contents of /etc/hosts and /etc/resolv.conf of a container, as Docker makes them. */
public final class HostFiles {

    private HostFiles() {
    }

    /**
     * @param hostname of the container
     * @param info of the container
     * @return the content of /etc/hosts
     */
    public static byte[] hosts(String hostname, ContainerInfo info) {
        StringBuilder out = new StringBuilder("""
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::0\tip6-localnet
            ff00::0\tip6-mcastprefix
            ff02::1\tip6-allnodes
            ff02::2\tip6-allrouters
            """);
        Endpoint first = info.networks.values().stream().filter(e -> !e.ip.isEmpty()).findFirst().orElse(null);
        for (String extra : info.spec.extraHosts) {
            int colon = extra.indexOf(':');
            String address = extra.substring(colon + 1);
            if (address.equals("host-gateway")) {
                if (first == null) {
                    throw new HyprException(ErrorCode.INVALID, "\"" + extra + "\" needs a network, and the container has none.");
                }
                address = first.gateway;
            }
            out.append(address).append('\t').append(extra, 0, colon).append('\n');
        }
        if (first != null) {
            String domain = info.spec.domainname;
            out.append(first.ip).append('\t');
            if (domain != null && !domain.isEmpty()) {
                out.append(hostname).append('.').append(domain).append(' ');
            }
            out.append(hostname);
            if (hostname.indexOf('.') > 0 && (domain == null || domain.isEmpty())) {
                out.append(' ').append(hostname, 0, hostname.indexOf('.'));
            }
            out.append('\n');
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * @param info of the container
     * @param host the host's own resolv.conf
     * @param fallback name servers for a host that has only local ones
     * @return the content of /etc/resolv.conf
     */
    public static byte[] resolvConf(ContainerInfo info, Path host, List<String> fallback) {
        List<String> servers = new ArrayList<>(info.spec.dns);
        List<String> search = new ArrayList<>(info.spec.dnsSearch);
        List<String> options = new ArrayList<>(info.spec.dnsOptions);
        for (String line : lines(host)) {
            String[] words = line.strip().split("\\s+");
            List<String> values = List.of(words).subList(1, words.length);
            switch (words[0]) {
                case "nameserver" -> {
                    if (info.spec.dns.isEmpty() && !values.isEmpty() && !local(values.getFirst())) {
                        servers.add(values.getFirst());
                    }
                }
                case "search", "domain" -> {
                    if (info.spec.dnsSearch.isEmpty()) {
                        search.clear();
                        search.addAll(values);
                    }
                }
                case "options" -> {
                    if (info.spec.dnsOptions.isEmpty()) {
                        options.addAll(values);
                    }
                }
                default -> {
                    // Comments, and what resolvers of containers do not know.
                }
            }
        }
        if (servers.isEmpty()) {
            servers.addAll(fallback);
        }
        StringBuilder out = new StringBuilder();
        if (!search.isEmpty() && !search.equals(List.of("."))) {
            out.append("search ").append(String.join(" ", search)).append('\n');
        }
        servers.forEach(s -> out.append("nameserver ").append(s).append('\n'));
        if (!options.isEmpty()) {
            out.append("options ").append(String.join(" ", options)).append('\n');
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of(); // A host without the file has no name servers either.
        }
    }

    private static boolean local(String server) {
        return server.startsWith("127.") || server.equals("::1") || server.toLowerCase(java.util.Locale.ROOT).startsWith("fe80:");
    }
}
