package io.hypr.net.bridge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.NetworkPlan;
import io.hypr.net.ServiceBalancer.PublishedPort;

/** Published ports, with real packets. */
public final class PublishCases {

    private static final String GATEWAY = "172.30.0.1";

    private static Namespace web(Host host) throws Exception {
        host.net.ensure(Host.defaultNetwork());
        Namespace web = host.container("hypr0", "172.30.0.2/16", GATEWAY);
        host.serveTcp(web, 80, "web");
        host.serveUdp(web, 53, "dns");
        return web;
    }

    @Case
    void reachesAContainerFromEverywhere(Host host) throws Exception {
        Namespace web = web(host);
        Namespace other = host.container("hypr0", "172.30.0.3/16", GATEWAY);
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80"), Host.port("udp", "0.0.0.0", 5353, "172.30.0.2:53")));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)), "the client's address stays");
        assertEquals("web 172.30.0.1", Host.ask("127.0.0.1", 8080));
        assertEquals("web 192.0.2.1", Host.ask(Host.ADDRESS, 8080));
        assertEquals("web 172.30.0.1", other.call(() -> Host.ask(Host.ADDRESS, 8080)), "from its own network");
        assertEquals("web 172.30.0.1", web.call(() -> Host.ask(GATEWAY, 8080)), "from the container itself");
        assertEquals("dns 192.0.2.2", host.outside.call(() -> Host.askUdp(Host.ADDRESS, 5353)));
        assertEquals("dns 172.30.0.1", Host.askUdp("127.0.0.1", 5353));
        assertFalse(Host.isReachable("::1", 8080), "refused at once");
    }

    @Case
    void aSpecificAddressIsTheOnlyOneThatAnswers(Host host) throws Exception {
        web(host);
        host.net.publish(1, List.of(Host.port("tcp", "127.0.0.1", 8080, "172.30.0.2:80"), Host.port("tcp", Host.ADDRESS, 8081, "172.30.0.2:80")));
        assertEquals("web 172.30.0.1", Host.ask("127.0.0.1", 8080));
        assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 8080)));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8081)));
        assertFalse(Host.isReachable("127.0.0.1", 8081));
    }

    @Case
    void portsOfLocalhostDoNotAnswerNeighboursThatForgeIt(Host host) throws Exception {
        Namespace web = web(host);
        host.net.publish(1, List.of(Host.port("tcp", "127.0.0.1", 8080, "172.30.0.2:80")));
        for (Namespace neighbour : List.of(host.outside, web)) {
            neighbour.run("ip", "link", "set", "lo", "down");
            neighbour.run("ip", "addr", "flush", "dev", "lo");
            neighbour.run("sysctl", "-qw", "net.ipv4.conf.eth0.route_localnet=1", "net.ipv4.conf.all.route_localnet=1");
            neighbour.run("ip", "route", "flush", "table", "local", "127.0.0.0/8");
            neighbour.run("ip", "route", "add", "127.0.0.1/32", "via", neighbour == web ? GATEWAY : Host.ADDRESS, "dev", "eth0");
            assertFalse(neighbour.call(() -> Host.isReachable("127.0.0.1", 8080)));
        }
    }

    @Case
    void whatIsNotPublishedDoesNotAnswerOtherHosts(Host host) throws Exception {
        web(host);
        host.outside.run("ip", "route", "add", "172.30.0.0/16", "via", Host.ADDRESS);
        assertFalse(host.outside.call(() -> Host.isReachable("172.30.0.2", 80)));
        assertEquals("web 172.30.0.1", Host.ask("172.30.0.2", 80), "the host itself may");
    }

    @Case
    void aHeldPortIsFreeAgainWhenItIsPublishedNoMore(Host host) throws Exception {
        web(host);
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80"), Host.port("udp", "0.0.0.0", 5353, "172.30.0.2:53")));
        assertThrows(BindException.class, () -> new ServerSocket(8080).close());
        assertThrows(BindException.class, () -> new DatagramSocket(5353).close());
        host.net.publish(2, List.of());
        new ServerSocket(8080).close();
        new DatagramSocket(5353).close();
        assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 8080)));
    }

    @Case
    void aPortInUseNamesItsOwnerAndTheFormerTableStays(Host host) throws Exception {
        web(host);
        PublishedPort first = Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80");
        host.net.publish(1, List.of(first));
        String self = " (pid " + ProcessHandle.current().pid() + ").";
        try (ServerSocket tcp = new ServerSocket(8081); DatagramSocket udp = new DatagramSocket(5353, InetAddress.ofLiteral("127.0.0.1"))) {
            for (PublishedPort taken : List.of(Host.port("tcp", "0.0.0.0", tcp.getLocalPort(), "172.30.0.2:80"),
                    Host.port("udp", "0.0.0.0", udp.getLocalPort(), "172.30.0.2:53"))) {
                HyprException e = assertThrows(HyprException.class,
                        () -> host.net.publish(2, List.of(first, Host.port("tcp", "0.0.0.0", 8082, "172.30.0.2:80"), taken)));
                assertEquals(ErrorCode.IN_USE, e.code());
                assertEquals("Port " + taken.port() + "/" + taken.protocol() + " on 0.0.0.0 is used by java" + self, e.getMessage());
            }
            assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
            assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 8082)));
            new ServerSocket(8082).close();
        }
        host.net.publish(2, List.of(first, Host.port("tcp", "0.0.0.0", 8081, "172.30.0.2:80")));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8081)));
    }

    @Case
    void connectionsThatStayPublishedAreNotCut(Host host) throws Exception {
        web(host);
        PublishedPort first = Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80");
        host.net.publish(1, List.of(first));
        try (Socket socket = host.outside.call(() -> new Socket(Host.ADDRESS, 8080))) {
            socket.setSoTimeout(3000);
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream()));
            assertEquals("web 192.0.2.2", in.readLine());
            host.net.publish(2, List.of(first, Host.port("tcp", "0.0.0.0", 8081, "172.30.0.2:80")));
            host.net.ensure(Host.defaultNetwork());
            host.restart();
            host.net.publish(3, List.of(first));
            socket.getOutputStream().write("still there\n".getBytes());
            assertEquals("still there", in.readLine());
        }
    }

    @Case
    void olderGenerationsAreIgnoredAlsoAfterARestart(Host host) throws Exception {
        web(host);
        host.net.publish(7, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80")));
        host.net.publish(6, List.of());
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
        host.restart();
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)), "rules outlive the driver");
        host.net.publish(6, List.of());
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
        host.net.publish(7, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80")));
        assertThrows(BindException.class, () -> new ServerSocket(8080).close(), "held again");
        host.net.publish(8, List.of());
        assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 8080)));
    }

    @Case
    void aPortTakenWhileTheDriverWasAwayStaysPublished(Host host) throws Exception {
        web(host);
        List<PublishedPort> table = List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80"));
        host.net.publish(1, table);
        host.restart();
        try (ServerSocket thief = new ServerSocket(8080)) {
            host.net.publish(1, table);
            assertTrue(host.warnings.toString().contains("Port 8080/tcp on 0.0.0.0 is used by java"), host.warnings::toString);
            assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, thief.getLocalPort())));
        }
    }

    @Case
    void backendsTakeTurns(Host host) throws Exception {
        web(host);
        Namespace second = host.container("hypr0", "172.30.0.3/16", GATEWAY);
        host.serveTcp(second, 81, "second");
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80", "172.30.0.3:81"),
                Host.port("tcp", "127.0.0.1", 8081, "172.30.0.2:80", "172.30.0.3:81")));
        Set<String> outside = new HashSet<>();
        Set<String> local = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            outside.add(host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
            local.add(Host.ask("127.0.0.1", 8081));
        }
        assertEquals(Set.of("web 192.0.2.2", "second 192.0.2.2"), outside);
        assertEquals(Set.of("web 172.30.0.1", "second 172.30.0.1"), local);
    }

    @Case
    void aUdpClientThatKeepsSendingFollowsTheTable(Host host) throws Exception {
        web(host);
        Namespace second = host.container("hypr0", "172.30.0.3/16", GATEWAY);
        host.serveUdp(second, 53, "second");
        host.net.publish(1, List.of(Host.port("udp", "0.0.0.0", 5353, "172.30.0.2:53")));
        try (DatagramSocket client = host.outside.call(() -> new DatagramSocket())) {
            assertEquals("dns 192.0.2.2", Host.askUdp(client, Host.ADDRESS, 5353));
            host.net.publish(2, List.of(Host.port("udp", "0.0.0.0", 5353, "172.30.0.3:53")));
            assertEquals("second 192.0.2.2", Host.askUdp(client, Host.ADDRESS, 5353));
            host.net.publish(3, List.of());
            assertThrows(IOException.class, () -> Host.askUdp(client, Host.ADDRESS, 5353));
        }
    }

    @Case
    void aRangeOfPortsIsPublishedAtOnce(Host host) throws Exception {
        web(host);
        List<PublishedPort> range = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            range.add(Host.port("tcp", "0.0.0.0", 20000 + i, "172.30.0.2:" + (i == 499 ? 80 : 9000 + i)));
        }
        long start = System.nanoTime();
        host.net.publish(1, range);
        long milliseconds = (System.nanoTime() - start) / 1_000_000;
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 20499)));
        assertFalse(host.outside.call(() -> Host.isReachable(Host.ADDRESS, 20000)), "nothing listens there");
        assertTrue(milliseconds < 5000, () -> "500 ports took " + milliseconds + " ms");
    }

    @Case
    void ipv6LeadsToIpv6AndIsRelayedToContainersWithoutIt(Host host) throws Exception {
        host.net.ensure(Host.plan(1, "bridge", Map.of(), false, new NetworkPlan.Subnet("172.30.0.0/16", GATEWAY),
                new NetworkPlan.Subnet("fd00:30::/64", "fd00:30::1")));
        Namespace web = host.container("hypr0", "172.30.0.2/16", GATEWAY);
        host.addIpv6(web, "fd00:30::2/64", "fd00:30::1");
        host.serveTcp(web, 80, "web");
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80"), Host.port("tcp", "::", 8080, "fd00:30::2:80"),
                Host.port("tcp", "0.0.0.0", 8081, "172.30.0.2:80"), Host.port("tcp", "::", 8081, "172.30.0.2:80")));
        assertEquals("web 2001:db8:0:0:0:0:0:2", host.outside.call(() -> Host.ask(Host.ADDRESS6, 8080)));
        assertEquals("web fd00:30:0:0:0:0:0:1", Host.ask("::1", 8080));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
        assertEquals("web 172.30.0.1", host.outside.call(() -> Host.ask(Host.ADDRESS6, 8081)));
        assertEquals("web 172.30.0.1", Host.ask("::1", 8081));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8081)));
        assertEquals("web fd00:30:0:0:0:0:0:1", web.call(() -> Host.ask(Host.ADDRESS6, 8080)), "from the container itself");
        host.serveTcp(host.outside, 9000, "outside");
        assertEquals("outside 2001:db8:0:0:0:0:0:1", web.call(() -> Host.ask("2001:db8::2", 9000)), "masqueraded");
        host.net.publish(2, List.of());
        assertFalse(Host.isReachable("::1", 8081));
        new ServerSocket(8081).close();
    }

    @Case
    void udpIsRelayedWhereTheKernelDoesNotLeadIt(Host host) throws Exception {
        web(host);
        Namespace other = host.container("hypr0", "172.30.0.3/16", GATEWAY);
        host.serveUdp(other, 53, "other");
        host.net.publish(1, List.of(Host.port("udp", "0.0.0.0", 5353, "172.30.0.2:53"), Host.port("udp", "::", 5353, "172.30.0.2:53")));
        assertEquals("dns 172.30.0.1", Host.askUdp("::1", 5353));
        assertEquals("dns 172.30.0.1", host.outside.call(() -> Host.askUdp(Host.ADDRESS6, 5353)));
        assertEquals("dns 192.0.2.2", host.outside.call(() -> Host.askUdp(Host.ADDRESS, 5353)), "led by the kernel");
        host.net.publish(2, List.of(Host.port("udp", "::1", 5353, "172.30.0.3:53")));
        assertEquals("other 172.30.0.1", Host.askUdp("::1", 5353));
        host.net.publish(3, List.of());
        new DatagramSocket(5353).close();
    }

    @Case
    void relayedConnectionsEndInBothDirectionsAndWithTheirPort(Host host) throws Exception {
        web(host);
        host.net.publish(1, List.of(Host.port("tcp", "::", 8080, "172.30.0.2:80")));
        try (Socket socket = new Socket(InetAddress.ofLiteral("::1"), 8080)) {
            socket.setSoTimeout(3000);
            socket.getOutputStream().write(new byte[300_000]);
            socket.shutdownOutput();
            assertEquals("web 172.30.0.1\n".length() + 300_000, socket.getInputStream().readAllBytes().length);
        }
        try (Socket socket = new Socket(InetAddress.ofLiteral("::1"), 8080)) {
            socket.setSoTimeout(3000);
            assertEquals('w', socket.getInputStream().read());
            host.net.publish(2, List.of());
            assertTrue(ended(socket));
        }
    }

    @Case
    void localhostWaitsForAServerThatBegins(Host host) throws Exception {
        Namespace web = web(host);
        host.net.publish(1, List.of(Host.port("tcp", "::", 8080, "172.30.0.2:81")));
        try (Socket socket = new Socket(InetAddress.ofLiteral("::1"), 8080)) {
            socket.setSoTimeout(100);
            assertFalse(ended(socket), "the container refuses, the client does not see it");
            host.serveTcp(web, 81, "begun");
            socket.setSoTimeout(3000);
            assertEquals("begun 172.30.0.1", new BufferedReader(new InputStreamReader(socket.getInputStream())).readLine());
        }
    }

    @Case
    void localhostDoesNotWaitForEver(Host host) throws Exception {
        web(host);
        host.net.publish(1, List.of(Host.port("tcp", "::", 8080, "172.30.0.2:81")));
        for (int i = 0; i < 2; i++) {
            try (Socket socket = new Socket(InetAddress.ofLiteral("::1"), 8080)) {
                socket.setSoTimeout(i == 0 ? 5000 : 500);
                assertTrue(ended(socket), i == 0 ? "after a while" : "at once, once the port has been published for a while");
            }
        }
    }

    private static boolean ended(Socket socket) {
        try {
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Case
    void localhostAnswersWhenAnotherProgramEmptiedTheRules(Host host) throws Exception {
        web(host);
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80")));
        Host.run("nft", "flush", "ruleset");
        assertEquals("web 172.30.0.1", Host.ask("127.0.0.1", 8080));
        host.net.ensure(Host.defaultNetwork());
        host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80")));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
    }

    @Case
    void badTablesAreRefusedWholeAndSayWhy(Host host) throws Exception {
        web(host);
        refused(host, ErrorCode.INVALID, "protocol 'sctp'", Host.port("sctp", "0.0.0.0", 1, "172.30.0.2:80"));
        refused(host, ErrorCode.INVALID, "leads nowhere", Host.port("tcp", "0.0.0.0", 1));
        refused(host, ErrorCode.INVALID, "'localhost' is no IP address", Host.port("tcp", "localhost", 1, "172.30.0.2:80"));
        refused(host, ErrorCode.INVALID, "does not have that address", Host.port("tcp", "198.51.100.7", 1, "172.30.0.2:80"));
        refused(host, ErrorCode.INVALID, "not 70000", Host.port("tcp", "0.0.0.0", 1, "172.30.0.2:70000"));
        refused(host, ErrorCode.IN_USE, "published by container c1 already", Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80"),
                Host.port("tcp", "127.0.0.1", 8080, "172.30.0.2:80"));
        new ServerSocket(8080).close();
        assertTrue(host.net.inventory().stream().allMatch(r -> r.json().contains("hypr0")));
    }

    private static void refused(Host host, ErrorCode code, String words, PublishedPort... table) {
        HyprException e = assertThrows(HyprException.class, () -> host.net.publish(1, List.of(table)));
        assertEquals(code, e.code());
        assertTrue(e.getMessage().contains(words), e.getMessage());
    }

    @Case
    void aHostWithoutIpv6ServesIpv4(Host host) throws Exception {
        Host.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
        try {
            web(host);
            host.net.publish(1, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80"), Host.port("tcp", "::", 8080, "172.30.0.2:80")));
            assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
            assertEquals("web 172.30.0.1", Host.ask("127.0.0.1", 8080));
            HyprException e = assertThrows(HyprException.class, () -> host.net.ensure(Host.plan(2, "six", Map.of(), false,
                    new NetworkPlan.Subnet("172.29.0.0/16", "172.29.0.1"), new NetworkPlan.Subnet("fd00:29::/64", "fd00:29::1"))));
            assertEquals(ErrorCode.UNSUPPORTED, e.code());
        } finally {
            Host.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=0");
        }
    }

    @Case
    void movingAPortBetweenAddressesKeepsIt(Host host) throws Exception {
        web(host);
        host.net.publish(1, List.of(Host.port("tcp", "127.0.0.1", 8080, "172.30.0.2:80")));
        host.net.publish(2, List.of(Host.port("tcp", "0.0.0.0", 8080, "172.30.0.2:80")));
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
        host.net.publish(3, List.of(Host.port("tcp", Host.ADDRESS, 8080, "172.30.0.2:80")));
        try (ServerSocket elsewhere = new ServerSocket()) {
            elsewhere.bind(new InetSocketAddress("127.0.0.1", 8080));
        }
        assertEquals("web 192.0.2.2", host.outside.call(() -> Host.ask(Host.ADDRESS, 8080)));
    }
}
