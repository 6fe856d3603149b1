package io.hypr.net.bridge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

import io.hypr.ffm.net.Link;
import io.hypr.ffm.net.LinkAddress;
import io.hypr.ffm.net.Rtnetlink;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;
import io.hypr.net.NetworkPlan;
import io.hypr.net.NetworkPlan.Subnet;

/** Networks, taps and what passes between them. */
public final class NetworkCases {

    private static final Subnet SUBNET = new Subnet("172.30.0.0/16", "172.30.0.1");
    private static final String ICC = "com.docker.network.bridge.enable_icc";
    private static final String NAME = "com.docker.network.bridge.name";

    private static Link link(String name) throws Exception {
        try (Rtnetlink net = Rtnetlink.open()) {
            return net.link(name).orElseThrow();
        }
    }

    private static EndpointPlan endpoint(int number, DriverRecord network, int uid) {
        return new EndpointPlan(Host.id(number), "c" + number, network, "02:42:ac:1e:00:0" + number, List.of("172.30.0." + number), uid);
    }

    private static NetworkPlan second(boolean internal, Map<String, String> options) {
        return Host.plan(2, "two", options, internal, new Subnet("172.29.0.0/24", "172.29.0.1"));
    }

    @Case
    void theProbeSaysYesHere(Host host) {
        assertTrue(host.net.probe().isAvailable(), () -> host.net.probe().toString());
    }

    @Case
    void ensuringTwiceOrAfterDamageGivesTheSameNetwork(Host host) throws Exception {
        DriverRecord first = host.net.ensure(Host.defaultNetwork());
        Link bridge = link("hypr0");
        String rules = Host.run("nft", "list", "ruleset");
        assertEquals(first, host.net.ensure(Host.defaultNetwork()));
        assertEquals(bridge, link("hypr0"));
        assertEquals(rules, Host.run("nft", "list", "ruleset"));
        Host.run("ip", "addr", "flush", "dev", "hypr0");
        Host.run("ip", "addr", "add", "10.9.9.9/24", "dev", "hypr0");
        Host.run("ip", "link", "set", "hypr0", "down", "mtu", "1400");
        Host.run("nft", "delete", "table", "inet", "hypr");
        Host.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
        assertEquals(first, host.net.ensure(Host.defaultNetwork()));
        assertEquals(bridge, link("hypr0"));
        assertEquals(rules, Host.run("nft", "list", "ruleset"));
        assertEquals("1", HostSettings.read("ipv4/ip_forward"));
        try (Rtnetlink net = Rtnetlink.open()) {
            List<LinkAddress> v4 = net.addresses().stream().filter(a -> a.link() == bridge.index() && a.address().getAddress().length == 4).toList();
            assertEquals(List.of(new LinkAddress(bridge.index(), InetAddress.ofLiteral("172.30.0.1"), 16)), v4);
        }
        Host.run("ip", "link", "del", "hypr0");
        assertEquals(first, host.net.ensure(Host.defaultNetwork()));
        assertEquals(bridge.mac(), link("hypr0").mac());
    }

    @Case
    void aTapIsPluggedForItsUserAndFoundAgain(Host host) throws Exception {
        DriverRecord network = host.net.ensure(Host.defaultNetwork());
        Attachment attachment = host.net.plug(endpoint(3, network, 4711));
        assertTrue(attachment.tap().matches("hy[0-9a-f]{13}"), attachment::tap);
        Link tap = link(attachment.tap());
        assertEquals(4711, tap.owner());
        assertEquals(link("hypr0").index(), tap.master());
        assertEquals(attachment.mtu(), tap.mtu());
        assertTrue(tap.up());
        assertEquals(attachment, host.net.plug(endpoint(3, network, 4711)));
        assertEquals(tap, link(attachment.tap()));
        Host.run("ip", "link", "set", attachment.tap(), "nomaster", "down");
        assertEquals(attachment, host.net.plug(endpoint(3, network, 4712)));
        assertEquals(4712, link(attachment.tap()).owner());
        assertTrue(link(attachment.tap()).up());
        host.restart();
        assertEquals(List.of(attachment.record(), network), host.net.inventory());
        HyprException used = assertThrows(HyprException.class, () -> host.net.remove(network));
        assertEquals(ErrorCode.IN_USE, used.code());
        assertTrue(used.getMessage().contains(attachment.tap()), used.getMessage());
        host.net.unplug(attachment.record());
        host.net.unplug(attachment.record());
        host.net.remove(network);
        host.net.remove(network);
        assertEquals(List.of(), host.net.inventory());
        assertEquals("", Host.run("nft", "list", "ruleset"));
        assertEquals(ErrorCode.NOT_FOUND, assertThrows(HyprException.class, () -> host.net.plug(endpoint(3, network, 4711))).code());
    }

    @Case
    void aTapThatIsMadeAheadIsInNoNetworkUntilItsEndpointIsPlugged(Host host) throws Exception {
        Attachment ahead = host.net.prepare(Host.id(3), 4711);
        Link tap = link(ahead.tap());
        assertEquals(4711, tap.owner());
        assertEquals(0, tap.master());
        assertTrue(tap.up());
        assertEquals("", Host.run("ip", "-o", "addr", "show", "dev", ahead.tap()), "the host has no address there");
        assertEquals(ahead, host.net.prepare(Host.id(3), 4711));
        host.restart();
        assertEquals(List.of(ahead.record()), host.net.inventory());
        DriverRecord network = host.net.ensure(Host.defaultNetwork());
        Attachment plugged = host.net.plug(endpoint(3, network, 4711));
        assertEquals(ahead.record(), plugged.record());
        assertEquals(tap.index(), link(plugged.tap()).index(), "it is the same tap");
        assertEquals(link("hypr0").index(), link(plugged.tap()).master());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> host.net.prepare(Host.id(4), -1)).code());
        host.net.unplug(plugged.record());
        assertEquals(List.of(network), host.net.inventory());
        Attachment unused = host.net.prepare(Host.id(5), 4711);
        host.net.unplug(unused.record());
        assertEquals(List.of(network), host.net.inventory());
    }

    @Case
    void badPlansAreRefusedAndLeaveNothing(Host host) throws Exception {
        refused(host, ErrorCode.INVALID, "unknown option 'x'", Host.plan(1, "n", Map.of("x", "y"), false, SUBNET));
        refused(host, ErrorCode.INVALID, "cannot be the name", Host.plan(1, "n", Map.of(NAME, "a b"), false, SUBNET));
        refused(host, ErrorCode.INVALID, "true or false, not 'maybe'", Host.plan(1, "n", Map.of(ICC, "maybe"), false, SUBNET));
        refused(host, ErrorCode.INVALID, "bits set behind its prefix", Host.plan(1, "n", Map.of(), false, new Subnet("172.30.0.1/16", "172.30.0.1")));
        refused(host, ErrorCode.INVALID, "not inside of subnet", Host.plan(1, "n", Map.of(), false, new Subnet("172.30.0.0/16", "172.31.0.1")));
        refused(host, ErrorCode.INVALID, "one IPv4 subnet", Host.plan(1, "n", Map.of(), false, new Subnet("fd00::/64", "fd00::1")));
        refused(host, ErrorCode.INVALID, "'example' is no IP address", Host.plan(1, "n", Map.of(), false, new Subnet("example/8", "10.0.0.1")));
        refused(host, ErrorCode.INVALID, "not 100", new NetworkPlan(Host.id(1), "n", List.of(SUBNET), false, 100, Map.of()));
        refused(host, ErrorCode.IN_USE, "overlaps 192.0.2.0/24, which this host has on cable1",
                Host.plan(1, "n", Map.of(), false, new Subnet("192.0.2.0/25", "192.0.2.9")));
        refused(host, ErrorCode.IN_USE, "belongs to somebody else", Host.plan(1, "n", Map.of(NAME, "cable1"), false, SUBNET));
        assertEquals(List.of(), host.net.inventory());
        assertEquals("", Host.run("nft", "list", "ruleset"));
        host.net.ensure(Host.defaultNetwork());
        refused(host, ErrorCode.IN_USE, "belongs to network " + Host.id(1),
                Host.plan(2, "n", Map.of(NAME, "hypr0"), false, new Subnet("172.29.0.0/24", "172.29.0.1")));
        refused(host, ErrorCode.IN_USE, "overlaps 172.30.0.0/16", Host.plan(2, "n", Map.of(), false, new Subnet("172.30.5.0/24", "172.30.5.1")));
        assertEquals(1, host.net.inventory().size());
    }

    private static void refused(Host host, ErrorCode code, String words, NetworkPlan plan) {
        HyprException e = assertThrows(HyprException.class, () -> host.net.ensure(plan));
        assertEquals(code, e.code(), e::getMessage);
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    @Case
    void aFailureInTheMiddleLeavesNoBridge(Host host) throws Exception {
        Host.run("nft", "add table inet hypr; add set inet hypr bridges { type ipv4_addr; }");
        assertEquals(ErrorCode.INTERNAL, assertThrows(HyprException.class, () -> host.net.ensure(Host.defaultNetwork())).code());
        assertEquals(List.of(), host.net.inventory());
        Host.run("nft", "delete", "table", "inet", "hypr");
    }

    @Case
    void anotherSubnetReplacesTheFormer(Host host) throws Exception {
        host.net.ensure(Host.plan(1, "bridge", Map.of(), false, new Subnet("172.28.0.0/24", "172.28.0.1"), new Subnet("fd00:28::/64", "fd00:28::1")));
        host.net.ensure(Host.defaultNetwork());
        String rules = Host.run("nft", "list", "ruleset");
        assertTrue(rules.contains("\"hypr0\" . 172.30.0.0/16"), rules);
        assertFalse(rules.contains("172.28.") || rules.contains("fd00:28:"), rules);
        assertFalse(Host.run("ip", "addr", "show", "dev", "hypr0").contains("fd00:28:"));
    }

    @Case
    void aNetworkOfAnotherHyprdIsNotTouched(Host host) throws Exception {
        host.net.ensure(Host.defaultNetwork());
        try (Networking other = new Networking("other", "hypr0", null)) {
            assertEquals(List.of(), other.inventory());
            other.remove(Records.network(Host.id(1), "hypr0"));
            assertTrue(assertThrows(HyprException.class, () -> other.ensure(Host.defaultNetwork())).getMessage().contains("of the hyprd with table 'hypr'"));
        }
        assertEquals(1, host.net.inventory().size());
    }

    @Case
    void networksAreApartUnlessPublished(Host host) throws Exception {
        host.net.ensure(Host.defaultNetwork());
        DriverRecord two = host.net.ensure(second(false, Map.of()));
        assertEquals("hypr-" + Host.id(2).substring(0, 10), Records.bridge(two));
        Namespace a = host.container("hypr0", "172.30.0.2/16", "172.30.0.1");
        Namespace b = host.container("hypr0", "172.30.0.3/16", "172.30.0.1");
        Namespace c = host.container(Records.bridge(two), "172.29.0.2/24", "172.29.0.1");
        host.serveTcp(b, 80, "b");
        host.serveTcp(c, 80, "c");
        assertEquals("b 172.30.0.2", a.call(() -> Host.ask("172.30.0.3", 80)));
        assertFalse(a.call(() -> Host.isReachable("172.29.0.2", 80)));
        assertFalse(c.call(() -> Host.isReachable("172.30.0.3", 80)));
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.29.0.2:80")));
        assertEquals("c 172.30.0.2", a.call(() -> Host.ask(Host.ADDRESS, 8080)));
    }

    @Case
    void packetsToTheOutsideTakeTheHostsAddress(Host host) throws Exception {
        host.net.ensure(Host.defaultNetwork());
        host.serveTcp(host.outside, 9000, "outside");
        Namespace a = host.container("hypr0", "172.30.0.2/16", "172.30.0.1");
        assertEquals("outside 192.0.2.1", a.call(() -> Host.ask("192.0.2.2", 9000)));
        host.net.ensure(Host.plan(1, "bridge", Map.of("com.docker.network.bridge.enable_ip_masquerade", "false"), false, SUBNET));
        assertFalse(a.call(() -> Host.isReachable("192.0.2.2", 9000)), "no way back");
        host.outside.run("ip", "route", "add", "172.30.0.0/16", "via", Host.ADDRESS);
        assertEquals("outside 172.30.0.2", a.call(() -> Host.ask("192.0.2.2", 9000)));
    }

    @Case
    void anInternalNetworkReachesNothingOutside(Host host) throws Exception {
        host.net.ensure(Host.defaultNetwork());
        DriverRecord inner = host.net.ensure(second(true, Map.of()));
        host.serveTcp(host.outside, 9000, "outside");
        Namespace a = host.container(Records.bridge(inner), "172.29.0.2/24", "172.29.0.1");
        Namespace b = host.container(Records.bridge(inner), "172.29.0.3/24", "172.29.0.1");
        Namespace other = host.container("hypr0", "172.30.0.2/16", "172.30.0.1");
        host.serveTcp(b, 80, "b");
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.29.0.3:80")));
        assertEquals("b 172.29.0.2", a.call(() -> Host.ask("172.29.0.3", 80)));
        assertFalse(a.call(() -> Host.isReachable("192.0.2.2", 9000)));
        assertFalse(other.call(() -> Host.isReachable("172.29.0.3", 80)));
        assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 8080)));
        assertEquals("b 172.29.0.1", Host.ask("127.0.0.1", 8080), "the host itself may");
    }

    @Case
    void containersOfANetworkWithoutIccHaveIsolatedTaps(Host host) throws Exception {
        DriverRecord network = host.net.ensure(second(false, Map.of(ICC, "false")));
        assertTrue(link(host.net.plug(endpoint(3, network, 0)).tap()).isolated());
        host.net.ensure(second(false, Map.of()));
        assertFalse(link(host.net.plug(endpoint(3, network, 0)).tap()).isolated());
    }

    @Case
    void rulesOfOthersStayAndOneThatDropsIsToldOf(Host host) throws Exception {
        Host.run("nft", "add table ip filter; add chain ip filter FORWARD { type filter hook forward priority 0; policy drop; };"
                + "add chain ip filter DOCKER-USER; add rule ip filter FORWARD jump DOCKER-USER");
        Host.run("nft", "add table inet other; add chain inet other c { type filter hook input priority 0; }; add rule inet other c tcp dport 22 accept");
        String before = theirs();
        DriverRecord network = host.net.ensure(Host.defaultNetwork());
        host.net.ensure(Host.defaultNetwork());
        Namespace web = host.container("hypr0", "172.30.0.2/16", "172.30.0.1");
        host.serveTcp(web, 80, "web");
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80")));
        assertEquals("web 172.30.0.1", Host.ask("127.0.0.1", 8080), "localhost is not forwarded");
        assertEquals(1, host.warnings.size(), host.warnings::toString);
        assertTrue(host.warnings.getFirst().contains(
                "iptables -I DOCKER-USER -i hypr0 -j ACCEPT; iptables -I DOCKER-USER -o hypr0 -j ACCEPT"), host.warnings::toString);
        assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 8080)));
        assertEquals(before, theirs());
        // What those two commands do.
        Host.run("nft", "insert rule ip filter DOCKER-USER iifname hypr0 accept; insert rule ip filter DOCKER-USER oifname hypr0 accept");
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)), "the remedy helps");
        host.restart();
        assertEquals(network, host.net.ensure(Host.defaultNetwork()));
        assertEquals(1, host.warnings.size(), host.warnings::toString);
    }

    private static String theirs() throws Exception {
        return Host.run("nft", "list", "table", "ip", "filter") + Host.run("nft", "list", "table", "inet", "other");
    }

    @Case
    void ipv6ForwardingKeepsTheHostsRouterAdvertisements(Host host) throws Exception {
        Host.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=0", "net.ipv6.conf.cable1.accept_ra=1");
        host.net.ensure(Host.plan(1, "bridge", Map.of(), false, SUBNET, new Subnet("fd00:30::/64", "fd00:30::1")));
        assertEquals("1", HostSettings.read("ipv6/conf/all/forwarding"));
        assertEquals("2", HostSettings.read("ipv6/conf/cable1/accept_ra"));
        assertEquals("0", HostSettings.read("ipv6/conf/hypr0/accept_ra"));
    }
}
