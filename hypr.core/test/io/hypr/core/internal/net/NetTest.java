package io.hypr.core.internal.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.core.internal.records.NetworkRecord;
import io.hypr.core.internal.records.Records;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.engine.Networks.Network;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;
import io.hypr.net.NetworkDriver;
import io.hypr.net.NetworkPlan;
import io.hypr.net.ServiceBalancer;
import io.hypr.net.ServiceBalancer.PublishedPort;

class NetTest {

    @TempDir
    Path base;
    private Records records;
    private Path routes;

    @BeforeEach
    void open() throws Exception {
        records = new Records(base, point -> { });
        routes = base.resolve("route");
        Files.writeString(routes, "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
            + "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
            + "eth0\t00001EAC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n");
    }

    @AfterEach
    void close() {
        records.close();
    }

    private NetworkBook book(String... pool) {
        return new NetworkBook(records, new Drivers<NetworkDriver>("network", d -> Availability.available()), List.of(pool), routes);
    }

    private static String refusal(NetworkBook book, String driver, String subnet, String gateway) {
        Network wanted = new Network();
        wanted.name = "mine";
        wanted.driver = driver;
        wanted.subnet = subnet;
        wanted.gateway = gateway;
        String words = assertThrows(HyprException.class, () -> book.create(wanted)).getMessage();
        assertThrows(HyprException.class, () -> book.find("mine"));
        return words;
    }

    @Test
    void whatCannotBeMadeIsRefusedInDockersWords() {
        NetworkBook book = book("172.31.0.0/16");
        assertEquals("plugin \"nosuch\" not found", refusal(book, "nosuch", null, null));
        assertEquals("Invalid subnet 300.1.1.0/24 : invalid CIDR address: 300.1.1.0/24", refusal(book, null, "300.1.1.0/24", null));
        assertEquals("no matching subnet for gateway 10.8.0.1", refusal(book, null, "10.7.0.0/24", "10.8.0.1"));
        assertEquals("no matching subnet for gateway abc", refusal(book, "bridge", "10.7.0.0/24", "abc"));
        assertEquals("every ip-range or gateway must have a corresponding subnet", refusal(book, null, null, "172.31.0.1"));
    }

    @Test
    void theDefaultNetworkAvoidsRoutesOfTheHost() {
        NetworkBook book = book("172.30.0.0/16", "172.31.0.0/16");
        assertEquals("172.31.0.0/16", book.find("bridge").network.subnet);
        assertEquals("172.31.0.1", book.find("bridge").network.gateway);
        assertEquals(book.find("bridge").network.id, book("10.0.0.0/8").find("bridge").network.id);
        Network overlapping = new Network();
        overlapping.name = "mine";
        overlapping.subnet = "172.31.4.0/24";
        assertEquals(ErrorCode.IN_USE, assertThrows(HyprException.class, () -> book.create(overlapping)).code());
        assertEquals(ErrorCode.CONFLICT, assertThrows(HyprException.class, () -> book.remove("bridge")).code());
        assertEquals("network nope not found", assertThrows(HyprException.class, () -> book.find("nope")).getMessage());
    }

    /** A host that has a route of its own in a subnet. */
    private record Occupied(List<String> taken, List<String> made) implements NetworkDriver {

        @Override
        public Availability probe() {
            return Availability.available();
        }

        @Override
        public DriverRecord ensure(NetworkPlan plan) {
            String cidr = plan.subnets().getFirst().cidr();
            if (taken.contains(cidr)) {
                throw new HyprException(ErrorCode.IN_USE, "Subnet " + cidr + " is taken.");
            }
            made.add(cidr);
            return new DriverRecord("bridge", plan.id(), 1, "{}");
        }

        @Override
        public Attachment plug(EndpointPlan plan) {
            return new Attachment(new DriverRecord("bridge", plan.id(), 1, "{}"), "tap", 1500);
        }

        @Override
        public void unplug(DriverRecord attachment) {
            // Nothing is there.
        }

        @Override
        public void remove(DriverRecord network) {
            // Nothing is there.
        }

        @Override
        public List<DriverRecord> inventory() {
            return List.of();
        }
    }

    @Test
    void aSubnetThatNobodyAskedForGivesWayToTheHosts() throws Exception {
        List<String> taken = new ArrayList<>(List.of("172.31.0.0/16"));
        Occupied host = new Occupied(taken, new ArrayList<>());
        Drivers<NetworkDriver> drivers = new Drivers<>("network", d -> Availability.available());
        drivers.add(host, Map.of("hypr.name", "bridge"));
        NetworkBook book = new NetworkBook(records, drivers, List.of("172.31.0.0/16", "172.29.0.0/16", "172.28.0.0/16"), routes);
        NetworkRecord bridge = book.find("bridge");
        assertEquals("172.31.0.0/16", bridge.network.subnet);
        Files.writeString(routes, "vpn0\t00001FAC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n", StandardOpenOption.APPEND);
        book.settle(bridge);
        assertEquals(List.of("172.29.0.0/16"), host.made());
        assertEquals("172.29.0.2", book.lease(bridge, "c1", null, null).ip);
        assertEquals("172.29.0.1", new NetworkBook(records, drivers, List.of("10.9.0.0/16"), routes).find("bridge").network.gateway);

        Network named = new Network();
        named.name = "mine";
        named.subnet = "10.7.0.0/16";
        book.create(named);
        taken.add("10.7.0.0/16");
        assertEquals(ErrorCode.IN_USE, assertThrows(HyprException.class, () -> book.settle(book.find("mine"))).code());
        assertEquals("10.7.0.0/16", book.find("mine").network.subnet);
    }

    @Test
    void aSubnetWithAddressesInUseStays() throws Exception {
        List<String> taken = new ArrayList<>();
        Drivers<NetworkDriver> drivers = new Drivers<>("network", d -> Availability.available());
        drivers.add(new Occupied(taken, new ArrayList<>()), Map.of("hypr.name", "bridge"));
        NetworkBook book = new NetworkBook(records, drivers, List.of("172.31.0.0/16", "172.29.0.0/16"), routes);
        book.settle(book.find("bridge"));
        book.lease(book.find("bridge"), "c1", null, null);
        taken.add("172.31.0.0/16");
        NetworkBook later = new NetworkBook(records, drivers, List.of("172.31.0.0/16", "172.29.0.0/16"), routes);
        assertEquals(ErrorCode.IN_USE, assertThrows(HyprException.class, () -> later.settle(later.find("bridge"))).code());
        later.release("c1");
        later.settle(later.find("bridge"));
        assertEquals("172.29.0.0/16", later.find("bridge").network.subnet);
    }

    @Test
    void addressesRunOutAndComeBack() {
        NetworkBook book = book("10.9.0.0/29");
        assertEquals(List.of("bridge", "none"), book.list().stream().map(n -> n.name).toList());
        assertEquals("none is a pre-defined network and cannot be removed", assertThrows(HyprException.class, () -> book.remove("none")).getMessage());
        NetworkRecord bridge = book.find("bridge");
        List<String> given = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            given.add(book.lease(bridge, "c" + i, null, null).ip);
        }
        assertEquals(List.of("10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5", "10.9.0.6"), given);
        assertEquals(ErrorCode.EXHAUSTED, assertThrows(HyprException.class, () -> book.lease(bridge, "c9", null, null)).code());
        book.release("c2");
        assertEquals("02:42:0a:09:00:04", book.lease(bridge, "c9", null, null).mac);
        assertEquals(ErrorCode.IN_USE, assertThrows(HyprException.class, () -> book.lease(bridge, "c8", "10.9.0.3", null)).code());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> book.lease(bridge, "c8", "10.8.0.3", null)).code());
    }

    private static PortMapping mapping(int host, int end, int container) {
        PortMapping m = new PortMapping();
        m.hostPort = host;
        m.hostPortEnd = end;
        m.containerPort = container;
        m.hostAddress = "127.0.0.1";
        return m;
    }

    @Test
    void aPortHasOneOwnerWhoIsNamed() throws Exception {
        List<List<PublishedPort>> tables = new ArrayList<>();
        ServiceBalancer balancer = (generation, table) -> tables.add(table);
        Ports ports = new Ports(records, () -> balancer, true);
        ports.publish("id1", "web", "10.9.0.2", List.of(mapping(28_080, 0, 80)));
        HyprException e = assertThrows(HyprException.class, () -> ports.publish("id2", "other", "10.9.0.3", List.of(mapping(28_080, 0, 80))));
        assertTrue(e.getMessage().contains("Bind for 127.0.0.1:28080 failed: port is already allocated (by container web)"), e.getMessage());
        PortMapping any = mapping(28_080, 0, 80);
        any.hostAddress = "";
        assertThrows(HyprException.class, () -> ports.publish("id2", "other", "10.9.0.3", List.of(any)));
        assertEquals(1, tables.getLast().size());
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int first = taken.getLocalPort();
            if (first < 65_000) {
                assertTrue(ports.publish("id3", "range", "10.9.0.4", List.of(mapping(first, first + 20, 80))).getFirst().hostPort > first);
            }
        }
        int free = ports.publish("id4", "free", "10.9.0.5", List.of(mapping(0, 0, 80))).getFirst().hostPort;
        assertTrue(free >= 32_768);
        ports.withdraw("id1");
        ports.withdraw("id3");
        ports.withdraw("id4");
        assertEquals(List.of(), tables.getLast());
        ports.publish("id2", "other", "10.9.0.3", List.of(mapping(28_080, 0, 80)));
    }

    @Test
    void allAddressesAreThoseOfBothFamiliesAsFarAsTheHostHasThem() {
        List<List<PublishedPort>> tables = new ArrayList<>();
        ServiceBalancer balancer = (generation, table) -> tables.add(table);
        PortMapping any = mapping(28_090, 0, 80);
        any.hostAddress = "";
        assertEquals(List.of("0.0.0.0", "::"), new Ports(records, () -> balancer, true).publish("id", "web", "10.9.0.2", List.of(any))
                .stream().map(p -> p.hostAddress).toList());
        assertEquals(List.of("0.0.0.0", "::"), tables.getLast().stream().map(PublishedPort::address).toList());
        assertEquals(1, new Ports(records, () -> balancer, false).publish("id", "web", "10.9.0.2", List.of(any)).size());
        Ports ports = new Ports(records, () -> balancer, true);
        PortMapping free = mapping(0, 0, 80);
        free.hostAddress = "";
        List<ContainerInfo.Publication> chosen = ports.publish("id", "web", "10.9.0.2", List.of(free));
        assertEquals(chosen.get(0).hostPort, chosen.get(1).hostPort);
        PortMapping six = mapping(chosen.get(0).hostPort, 0, 81);
        six.hostAddress = "::1";
        assertThrows(HyprException.class, () -> ports.publish("id2", "other", "10.9.0.3", List.of(six)));
    }

    @Test
    void aPortOfAHostProcessIsNamedByTheBalancerAndNothingStays() {
        List<Integer> sizes = new ArrayList<>();
        ServiceBalancer balancer = (generation, table) -> {
            sizes.add(table.size());
            if (table.stream().anyMatch(p -> p.port() == 28_081)) {
                throw new HyprException(ErrorCode.IN_USE, "Port 28081/tcp on 127.0.0.1 is used by nginx (pid 4711).");
            }
        };
        Ports ports = new Ports(records, () -> balancer, true);
        HyprException e = assertThrows(HyprException.class, () -> ports.publish("id1", "web", "10.9.0.2", List.of(mapping(28_081, 0, 80))));
        assertTrue(e.getMessage().endsWith("Port 28081/tcp on 127.0.0.1 is used by nginx (pid 4711)."), e.getMessage());
        ports.publish("id1", "web", "10.9.0.2", List.of(mapping(28_082, 0, 80)));
        assertEquals(List.of(1, 1), sizes);
    }

    @Test
    void filesOfAContainerAreDockers() throws Exception {
        ContainerInfo info = new ContainerInfo();
        info.spec = new ContainerSpec();
        ContainerInfo.Endpoint e = new ContainerInfo.Endpoint();
        e.ip = "172.30.0.2";
        e.gateway = "172.30.0.1";
        info.networks.put("bridge", e);
        info.spec.extraHosts.add("host.docker.internal:host-gateway");
        String hosts = new String(HostFiles.hosts("abc", info), StandardCharsets.UTF_8);
        assertTrue(hosts.startsWith("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"), hosts);
        assertTrue(hosts.endsWith("172.30.0.1\thost.docker.internal\n172.30.0.2\tabc\n"), hosts);
        Path resolv = base.resolve("resolv.conf");
        Files.writeString(resolv, "# made by hand\nnameserver 127.0.0.53\nsearch a.example b.example\noptions ndots:2\n");
        assertEquals("search a.example b.example\nnameserver 9.9.9.9\noptions ndots:2\n",
            new String(HostFiles.resolvConf(info, resolv, List.of("9.9.9.9")), StandardCharsets.UTF_8));
        Files.writeString(resolv, "nameserver 10.1.1.1\n");
        assertEquals("nameserver 10.1.1.1\n", new String(HostFiles.resolvConf(info, resolv, List.of("9.9.9.9")), StandardCharsets.UTF_8));
    }
}
