package io.hypr.net.bridge.internal;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The nft table of one hyprd, {@code table inet <name>}; rules of others are never touched. Its chains are written anew with every change, in the same
 * transaction, so that whatever was missing is mended; what differs from host to host is in sets and maps.
 */
final class Ruleset {

    /** The rules. {@code T} stands for the table. A chain that filters returns early for what is none of ours. */
    private static final String SKELETON = """
            add table T
            add set T bridges { type ifname; }
            add set T same { type ifname . ifname; }
            add set T inside4 { type ifname . ipv4_addr; flags interval; }
            add set T inside6 { type ifname . ipv6_addr; flags interval; }
            add set T masqueraded { type ifname; }
            add set T internal { type ifname; }
            add set T ports { type inet_proto . inet_service; }
            add map T any4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
            add map T any6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
            add map T one4 { type inet_proto . ipv4_addr . inet_service : ipv4_addr . inet_service; }
            add map T one6 { type inet_proto . ipv6_addr . inet_service : ipv6_addr . inet_service; }
            add chain T generation
            add chain T published
            add chain T guard { type filter hook prerouting priority raw; policy accept; }
            add chain T arriving { type nat hook prerouting priority dstnat; policy accept; }
            add chain T local { type nat hook output priority -100; policy accept; }
            add chain T leaving { type nat hook postrouting priority srcnat; policy accept; }
            add chain T forwarded { type filter hook forward priority filter; policy accept; }
            flush chain T guard
            flush chain T arriving
            flush chain T local
            flush chain T leaving
            flush chain T forwarded
            add rule T guard iifname @bridges ip daddr 127.0.0.0/8 drop comment "route_localnet is for the host only"
            add rule T arriving iifname != "lo" ip daddr 127.0.0.0/8 return comment "ports of localhost are for the host only"
            add rule T arriving meta l4proto . th dport @ports fib daddr type local jump published
            add rule T local ip6 daddr ::1 return comment "served by hyprd"
            add rule T local meta l4proto . th dport @ports fib daddr type local jump published
            add rule T leaving oifname @bridges ip saddr 127.0.0.0/8 masquerade comment "from localhost"
            add rule T leaving ct status dnat oifname . ip saddr @inside4 masquerade comment "to a published port of the own network"
            add rule T leaving ct status dnat oifname . ip6 saddr @inside6 masquerade comment "to a published port of the own network"
            add rule T leaving iifname @masqueraded oifname != @bridges masquerade
            add rule T forwarded iifname != @bridges oifname != @bridges return
            add rule T forwarded ct state established,related accept
            add rule T forwarded iifname . oifname @same accept
            add rule T forwarded iifname @internal drop
            add rule T forwarded oifname @internal drop
            add rule T forwarded ct status dnat accept comment "published"
            add rule T forwarded oifname @bridges drop comment "neither published nor of the same network"
            """;

    private static final Pattern GENERATION = Pattern.compile("comment \"(\\d+)\"");
    private static final Pattern PORT = Pattern.compile("\\b(6|17|tcp|udp) \\. (\\d+)");

    private final String name;
    private final Nft nft;
    private final ReentrantLock lock = new ReentrantLock();

    /** @param name of the table, letters, digits and underscores */
    Ruleset(String name, Nft nft) {
        this.name = name;
        this.nft = nft;
    }

    /** Puts the rules of a network in force. */
    void addNetwork(BridgePlan plan) {
        String bridge = quoted(plan.bridge());
        StringBuilder commands = new StringBuilder(SKELETON);
        element(commands, "bridges", bridge, true);
        element(commands, "same", bridge + " . " + bridge, true);
        element(commands, "masqueraded", bridge, plan.masquerade() && !plan.internal());
        element(commands, "internal", bridge, plan.internal());
        subnets(commands, plan.bridge(), plan.gateways().stream().map(BridgePlan.Gateway::subnet).toList());
        apply(commands);
    }

    /** Takes the rules of a network away, and the table with the last one. */
    void removeNetwork(String device, boolean last) {
        lock.lock();
        try {
            if (!isThere()) {
                return;
            }
            String bridge = quoted(device);
            StringBuilder commands = new StringBuilder(SKELETON);
            for (String set : List.of("bridges", "masqueraded", "internal")) {
                element(commands, set, bridge, false);
            }
            element(commands, "same", bridge + " . " + bridge, false);
            subnets(commands, device, List.of());
            apply(commands);
            if (last && inForce().ports().isEmpty()) {
                apply(new StringBuilder("delete table T\n"));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is published now.
     *
     * @param generation of the table; empty if there is none
     * @param ports such as {@code tcp 8080}
     */
    record InForce(OptionalLong generation, Set<String> ports) {
    }

    /** @return what is published now, read from the rules */
    InForce inForce() {
        String table = listing();
        Matcher generation = GENERATION.matcher(section(table, "chain generation"));
        Matcher port = PORT.matcher(section(table, "set ports"));
        Set<String> ports = new HashSet<>();
        while (port.find()) {
            ports.add((port.group(1).equals("6") || port.group(1).equals("tcp") ? "tcp " : "udp ") + port.group(2));
        }
        return new InForce(generation.find() ? OptionalLong.of(Long.parseLong(generation.group(1))) : OptionalLong.empty(), ports);
    }

    /** Replaces the published ports. Connections that were led somewhere stay, since address translation is decided on the first packet only. */
    void publish(long generation, List<Publication> table) {
        StringBuilder commands = new StringBuilder(SKELETON);
        for (String map : List.of("any4", "any6", "one4", "one6")) {
            commands.append("flush map T ").append(map).append('\n');
        }
        commands.append("flush set T ports\nflush chain T generation\nflush chain T published\n");
        commands.append("add rule T generation return comment \"").append(generation).append("\"\n");
        for (Publication p : table) {
            element(commands, "ports", p.protocol() + " . " + p.port(), true);
            if (p.isTranslated()) {
                String family = p.isIpv6() ? "6" : "4";
                List<Publication.Target> backends = p.sameFamily();
                if (backends.size() == 1) {
                    String key = p.protocol() + " . " + (p.isAny() ? "" : text(p.address()) + " . ") + p.port();
                    element(commands, (p.isAny() ? "any" : "one") + family, key + " : " + text(backends.getFirst()), true);
                } else {
                    commands.append("add rule T published ").append(spread(p, backends)).append('\n');
                }
            }
        }
        for (String family : List.of("4", "6")) {
            String protocol = family.equals("4") ? "ip" : "ip6";
            commands.append("add rule T published dnat ").append(protocol).append(" to meta l4proto . th dport map @any").append(family).append('\n');
            commands.append("add rule T published dnat ").append(protocol).append(" to meta l4proto . ").append(protocol)
                    .append(" daddr . th dport map @one").append(family).append('\n');
        }
        apply(commands);
    }

    /** Takes the table away if it serves neither networks nor ports. */
    void removeIfUnused(boolean anyNetwork) {
        lock.lock();
        try {
            if (!anyNetwork && isThere() && inForce().ports().isEmpty()) {
                apply(new StringBuilder("delete table T\n"));
            }
        } finally {
            lock.unlock();
        }
    }

    /** Makes the subnets behind a bridge what they should be; others that are there are deleted. */
    private void subnets(StringBuilder commands, String bridge, List<Cidr> wanted) {
        String table = listing();
        Matcher there = Pattern.compile(Pattern.quote(quoted(bridge)) + " \\. ([0-9a-f:.]+(?:/\\d+)?)")
                .matcher(section(table, "set inside4") + section(table, "set inside6"));
        while (there.find()) {
            String subnet = there.group(1);
            if (!wanted.contains(Cidr.parse(withPrefix(subnet)))) {
                element(commands, subnet.contains(":") ? "inside6" : "inside4", quoted(bridge) + " . " + subnet, false);
            }
        }
        for (Cidr subnet : wanted) {
            element(commands, subnet.isIpv4() ? "inside4" : "inside6", quoted(bridge) + " . " + subnet, true);
        }
    }

    private static String withPrefix(String subnet) {
        return subnet.contains("/") ? subnet : subnet + (subnet.contains(":") ? "/128" : "/32");
    }

    private boolean isThere() {
        return !listing().isEmpty();
    }

    /** The whole table at once: nft 1.0.6 fails to list two sets in one run. */
    private String listing() {
        return nft.list("table", "inet", name).orElse("");
    }

    /** @return what stands in one set or chain of the table */
    private static String section(String table, String head) {
        int start = table.indexOf("\n\t" + head + " {");
        int end = start < 0 ? -1 : table.indexOf("\n\t}", start);
        return end < 0 ? "" : table.substring(start, end);
    }

    /** One rule that takes the backends in turn. */
    private static String spread(Publication p, List<Publication.Target> backends) {
        String protocol = p.isIpv6() ? "ip6" : "ip";
        StringBuilder rule = new StringBuilder(p.isAny() ? "meta nfproto " + (p.isIpv6() ? "ipv6" : "ipv4") : protocol + " daddr " + text(p.address()));
        rule.append(" meta l4proto ").append(p.protocol()).append(" th dport ").append(p.port());
        rule.append(" dnat ").append(protocol).append(" to numgen inc mod ").append(backends.size()).append(" map {");
        for (int i = 0; i < backends.size(); i++) {
            rule.append(i == 0 ? " " : ", ").append(i).append(" : ").append(text(backends.get(i)));
        }
        return rule.append(" }").toString();
    }

    /** Adding what is there changes nothing; deleting what is not there is an error, hence added first. */
    private static void element(StringBuilder commands, String set, String element, boolean present) {
        commands.append("add element T ").append(set).append(" { ").append(element).append(" }\n");
        if (!present) {
            commands.append("delete element T ").append(set).append(" { ").append(element).append(" }\n");
        }
    }

    private void apply(StringBuilder commands) {
        lock.lock();
        try {
            nft.apply(commands.toString().replaceAll("(?m)^(\\w+ \\w+) T\\b", "$1 inet " + name));
        } finally {
            lock.unlock();
        }
    }

    private static String text(Publication.Target target) {
        return text(target.address()) + " . " + target.port();
    }

    private static String text(InetAddress address) {
        return address.getHostAddress();
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
