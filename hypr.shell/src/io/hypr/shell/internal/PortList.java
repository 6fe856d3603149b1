package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerState;

/**
 * The column PORTS of {@code ps}, as Docker shows it: neighbours that have the same number inside and outside are one range, and others
 * come after them, one by one.
 */
final class PortList {

    /**
     * A port of a container.
     *
     * @param address of the host, empty if it is not published
     */
    private record Shown(int inside, String address, int outside, String protocol) {
    }

    /** Ports that follow one another. */
    private record Range(int first, int last) {
    }

    private PortList() {
    }

    static String of(ContainerInfo c) {
        List<String> shown = new ArrayList<>();
        List<String> mapped = new ArrayList<>();
        Map<String, Range> open = new LinkedHashMap<>();
        for (Shown p : sorted(c)) {
            if (!p.address.isEmpty() && p.outside != p.inside) {
                mapped.add(p.address + ":" + p.outside + "->" + p.inside + "/" + p.protocol);
                continue;
            }
            String key = p.address + "/" + p.protocol;
            Range range = open.get(key);
            if (range == null || range.last + 1 != p.inside) {
                if (range != null) {
                    shown.add(text(key, range));
                }
                open.put(key, new Range(p.inside, p.inside));
            } else {
                open.put(key, new Range(range.first, p.inside));
            }
        }
        open.forEach((key, range) -> shown.add(text(key, range)));
        shown.addAll(mapped);
        return String.join(", ", shown);
    }

    private static List<Shown> sorted(ContainerInfo c) {
        List<Shown> all = new ArrayList<>();
        for (ContainerInfo.Publication p : c.published) {
            all.add(new Shown(p.containerPort, p.hostAddress.contains(":") ? "[" + p.hostAddress + "]" : p.hostAddress, p.hostPort, p.protocol));
        }
        if (c.state == ContainerState.RUNNING || c.state == ContainerState.PAUSED) {
            for (String exposed : c.exposed) {
                int slash = exposed.indexOf('/');
                int inside = Integer.parseInt(slash < 0 ? exposed : exposed.substring(0, slash));
                String protocol = slash < 0 ? "tcp" : exposed.substring(slash + 1);
                if (all.stream().noneMatch(p -> p.inside == inside && p.protocol.equals(protocol))) {
                    all.add(new Shown(inside, "", 0, protocol));
                }
            }
        }
        all.sort(Comparator.comparingInt(Shown::inside).thenComparing(Shown::address).thenComparingInt(Shown::outside).thenComparing(Shown::protocol));
        return all;
    }

    private static String text(String key, Range range) {
        int slash = key.lastIndexOf('/');
        String ports = range.first == range.last ? String.valueOf(range.first) : range.first + "-" + range.last;
        return (slash == 0 ? "" : key.substring(0, slash) + ":" + ports + "->") + ports + key.substring(slash);
    }
}
