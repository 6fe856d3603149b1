package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.math.BigInteger;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.osgi.service.log.Logger;

import io.hypr.net.NetworkPlan;
import io.hypr.net.ServiceBalancer.Backend;
import io.hypr.net.ServiceBalancer.PublishedPort;

/**
 * The machine under test: this process's network namespace, with 192.0.2.1 and 2001:db8::1 on a cable to another host at 192.0.2.2 and
 * 2001:db8::2. Everything made in it is taken away at the end of a case.
 */
final class Host {

    static final String ADDRESS = "192.0.2.1";
    static final String ADDRESS6 = "2001:db8::1";

    final List<String> warnings = Collections.synchronizedList(new ArrayList<>());
    final Namespace outside;
    Networking net = networking();
    private final List<AutoCloseable> open = new ArrayList<>();
    private int cables;

    Host() throws Exception {
        run("ip", "link", "set", "lo", "up");
        outside = opened(new Namespace());
        String end = cable(outside);
        run("ip", "addr", "add", ADDRESS + "/24", "dev", end);
        run("ip", "addr", "add", ADDRESS6 + "/64", "dev", end, "nodad");
        outside.run("ip", "addr", "add", "192.0.2.2/24", "dev", "eth0");
        outside.run("ip", "addr", "add", "2001:db8::2/64", "dev", "eth0", "nodad");
    }

    /** A new driver, as after a restart of hyprd. */
    Networking networking() {
        Logger log = (Logger) Proxy.newProxyInstance(Host.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, args) -> {
            if (method.getName().equals("warn")) {
                warnings.add(Arrays.deepToString(args));
            }
            return null;
        });
        return new Networking("hypr", "hypr0", log);
    }

    void restart() {
        net.close();
        net = networking();
    }

    <T extends AutoCloseable> T opened(T what) {
        open.add(what);
        return what;
    }

    /** Lays a cable to another namespace, whose end is eth0 there. @return the name of our end */
    String cable(Namespace to) throws Exception {
        String end = "cable" + ++cables;
        run("ip", "link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", to.id());
        run("ip", "link", "set", end, "up");
        to.run("ip", "link", "set", "eth0", "up");
        return end;
    }

    /** A machine in a network, on a cable in place of a tap. */
    Namespace container(String bridge, String address, String gateway) throws Exception {
        Namespace container = opened(new Namespace());
        String end = cable(container);
        run("ip", "link", "set", end, "master", bridge);
        run("ip", "link", "set", end, "type", "bridge_slave", "hairpin", HostSettings.filtersBridges() ? "on" : "off");
        container.run("ip", "addr", "add", address, "dev", "eth0");
        container.run("ip", "route", "add", "default", "via", gateway);
        return container;
    }

    void addIpv6(Namespace container, String address, String gateway) throws Exception {
        container.run("ip", "addr", "add", address, "dev", "eth0", "nodad");
        container.run("ip", "-6", "route", "add", "default", "via", gateway);
    }

    /** Answers each connection with a greeting and the client's address, then echoes. */
    void serveTcp(Namespace where, int port, String greeting) throws Exception {
        ServerSocket server = opened(where.call(() -> new ServerSocket(port)));
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket client = server.accept();
                    Thread.ofVirtual().start(() -> answer(client, greeting));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private static void answer(Socket client, String greeting) {
        try (client) {
            client.getOutputStream().write((greeting + " " + client.getInetAddress().getHostAddress() + "\n").getBytes(StandardCharsets.UTF_8));
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            return;
        }
    }

    /** Answers each packet with a greeting and the client's address. */
    void serveUdp(Namespace where, int port, String greeting) throws Exception {
        DatagramSocket server = opened(where.call(() -> new DatagramSocket(port)));
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
                    server.receive(packet);
                    byte[] answer = (greeting + " " + packet.getAddress().getHostAddress()).getBytes(StandardCharsets.UTF_8);
                    server.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                return;
            }
        });
    }

    /** @return the line that a server sends */
    static String ask(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 3000);
            socket.setSoTimeout(3000);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        }
    }

    static boolean isReachable(String address, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), 300);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** @return what a server answers to a packet */
    static String askUdp(DatagramSocket socket, String address, int port) throws IOException {
        socket.setSoTimeout(3000);
        socket.send(new DatagramPacket(new byte[] {1}, 1, InetAddress.ofLiteral(address), port));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        socket.receive(answer);
        return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8);
    }

    static String askUdp(String address, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            return askUdp(socket, address, port);
        }
    }

    static String id(int number) {
        return String.format("%064x", BigInteger.valueOf(number).shiftLeft(220));
    }

    static NetworkPlan plan(int number, String name, Map<String, String> options, boolean internal, NetworkPlan.Subnet... subnets) {
        return new NetworkPlan(id(number), name, List.of(subnets), internal, 1500, options);
    }

    /** The default network, 172.30.0.0/16 on hypr0. */
    static NetworkPlan defaultNetwork() {
        return plan(1, "bridge", Map.of(), false, new NetworkPlan.Subnet("172.30.0.0/16", "172.30.0.1"));
    }

    static PublishedPort port(String protocol, String address, int port, String... backends) {
        return new PublishedPort(protocol, address, port, "c1", List.of(backends).stream().map(b -> {
            int colon = b.lastIndexOf(':');
            return new Backend(b.substring(0, colon), Integer.parseInt(b.substring(colon + 1)));
        }).toList());
    }

    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + out);
        }
        return out;
    }

    /** Takes everything away by the driver, then the rest; an error if the driver leaves a rule or a device. */
    void clean() throws Exception {
        try {
            net.publish(Long.MAX_VALUE, List.of());
            net.inventory().stream().filter(r -> r.json().contains("\"tap\"")).forEach(net::unplug);
            for (int i = 1; i <= cables; i++) {
                run("ip", "link", "del", "cable" + i);
            }
            net.inventory().forEach(net::remove);
            String left = run("nft", "list", "tables") + run("ip", "-br", "link", "show", "type", "bridge") + run("ip", "-br", "link", "show", "type", "tun");
            if (left.contains("hy")) {
                throw new AssertionError("The driver leaves " + left);
            }
        } finally {
            net.close();
            for (AutoCloseable each : open.reversed()) {
                each.close();
            }
            run("nft", "flush", "ruleset");
            for (String line : run("ip", "-br", "link").lines().toList()) {
                String name = line.split("[ @]")[0];
                if (name.startsWith("hy") || name.startsWith("cable")) {
                    run("ip", "link", "del", name);
                }
            }
        }
    }
}
