package io.hypr.core.internal.engine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * What engines do not own: microVMs, taps and published ports. It serves any number of engines, in this process or in others, over a unix
 * socket: one line that says what is wanted, then an answer, or the link itself.
 */
final class FakeHost implements AutoCloseable {

    /** A machine. */
    static final class Vm {
        final Guest guest;
        private boolean ended;

        Vm(FakeHost host) {
            guest = new Guest(host.programs, () -> {
                host.beforePowerOff.run();
                end();
            });
        }

        synchronized void end() {
            if (!ended) {
                ended = true;
                notifyAll();
                try {
                    guest.off();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        synchronized boolean isEnded() {
            return ended;
        }

        synchronized void awaitEnd() throws InterruptedException {
            while (!ended) {
                wait();
            }
        }
    }

    /** What {@link #leftovers} says when nothing is left. */
    static final String NOTHING = "launches [], vms [], taps [], devices {}, table ";

    final Map<String, Vm> vms = new ConcurrentHashMap<>();
    final ConcurrentSkipListSet<String> launches = new ConcurrentSkipListSet<>();
    final ConcurrentSkipListSet<String> taps = new ConcurrentSkipListSet<>();
    final ConcurrentSkipListSet<String> networks = new ConcurrentSkipListSet<>();
    /** Devices that were taken from the host, with the container that has each. */
    final ConcurrentSkipListMap<String, String> devices = new ConcurrentSkipListMap<>();
    volatile String table = "";
    final Map<String, Guest.Program> programs = new TreeMap<>();
    /** What guests do between the wish to power off and the end: they write their disks. */
    volatile Runnable beforePowerOff = () -> { };
    private final ServerSocketChannel server;
    final Path socket;

    FakeHost(Path directory) throws IOException {
        socket = directory.resolve("host.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket), 1024);
        programs.put("true", p -> 0);
        programs.put("exit", p -> Integer.parseInt(p.argv.get(1)));
        programs.put("echo", p -> {
            p.out(String.join(" ", p.argv.subList(1, p.argv.size())) + "\n");
            return 0;
        });
        programs.put("both", p -> {
            p.out("out\n");
            p.err("err\n");
            return 7;
        });
        programs.put("env", p -> {
            p.out(String.join("\n", p.env) + "\n");
            return 0;
        });
        programs.put("sleep", p -> 128 + p.awaitSignal());
        programs.put("stubborn", p -> {
            while (true) {
                p.out("got " + p.awaitSignal() + "\n");
            }
        });
        programs.put("cat", p -> {
            while (true) {
                byte[] b = p.read(false);
                if (b.length == 0) {
                    return 0;
                }
                p.write(1, b);
            }
        });
        programs.put("count", p -> {
            for (int i = 0; i < Integer.parseInt(p.argv.get(1)); i++) {
                if (i % 3 == 2) {
                    p.err("line " + i + "\n");
                } else {
                    p.out("line " + i + "\n");
                }
            }
            return 3;
        });
        Thread.ofVirtual().name("fake host").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel c = server.accept();
                Thread.ofVirtual().start(() -> serve(c));
            }
        } catch (IOException e) {
            return; // Closed.
        }
    }

    private static String line(SocketChannel c) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(1);
        StringBuilder line = new StringBuilder();
        while (c.read(one.clear()) > 0) {
            if (one.get(0) == '\n') {
                return line.toString();
            }
            line.append((char) one.get(0));
        }
        return line.toString();
    }

    private void serve(SocketChannel c) {
        try (c) {
            String[] words = line(c).split(" ", 2);
            String what = words.length > 1 ? words[1] : "";
            switch (words[0]) {
                case "intend" -> launches.add(what);
                case "launch" -> vms.put(what, new Vm(this));
                case "discard" -> {
                    Vm vm = vms.remove(what);
                    if (vm != null) {
                        vm.end();
                    }
                    launches.remove(what);
                }
                case "state" -> {
                    answer(c, vms.containsKey(what) && !vms.get(what).isEnded() ? "RUNNING" : "ENDED");
                    return;
                }
                case "wait" -> {
                    Vm vm = vms.get(what);
                    if (vm != null) {
                        vm.awaitEnd();
                    }
                }
                case "kill" -> {
                    Vm vm = vms.get(what);
                    if (vm != null) {
                        vm.end();
                    }
                }
                case "link" -> {
                    Vm vm = vms.get(what);
                    if (vm != null && !vm.isEnded()) {
                        answer(c, "ok");
                        vm.guest.serve(c);
                    }
                    return;
                }
                case "ensure" -> networks.add(what);
                case "remove" -> networks.remove(what);
                case "plug" -> taps.add(what);
                case "unplug" -> taps.remove(what);
                case "inventory" -> {
                    answer(c, String.join(" ", new TreeSet<>(taps)));
                    return;
                }
                case "claim" -> {
                    String[] claim = what.split(" ");
                    String holder = devices.putIfAbsent(claim[0], claim[1]);
                    answer(c, holder == null || holder.equals(claim[1]) ? "ok" : holder);
                    return;
                }
                case "release" -> {
                    String[] claim = what.split(" ");
                    if (vms.containsKey(claim[1])) {
                        answer(c, "in use");
                        return;
                    }
                    devices.remove(claim[0], claim[1]);
                }
                case "publish" -> table = what;
                default -> throw new IllegalArgumentException(words[0]);
            }
            answer(c, "ok");
        } catch (IOException | InterruptedException e) {
            Thread.currentThread().interrupt(); // The engine that asked is gone.
        }
    }

    private static void answer(SocketChannel c, String text) throws IOException {
        ByteBuffer out = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8));
        while (out.hasRemaining()) {
            c.write(out);
        }
    }

    /** Asks a host. */
    static String ask(Path socket, String line) {
        try (SocketChannel c = open(socket, line)) {
            return line(c);
        } catch (IOException e) {
            throw new io.hypr.model.HyprException(io.hypr.model.ErrorCode.UNAVAILABLE, "The fake host does not answer: " + line, e);
        }
    }

    static SocketChannel open(Path socket, String line) throws IOException {
        SocketChannel c = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        answer(c, line);
        return c;
    }

    static SocketChannel link(Path socket, String id) throws IOException {
        SocketChannel c = open(socket, "link " + id);
        if (!line(c).equals("ok")) {
            c.close();
            throw new io.hypr.model.HyprException(io.hypr.model.ErrorCode.UNAVAILABLE, "The microVM has ended.");
        }
        return c;
    }

    /** @return whatever is there that engines have made */
    String leftovers() {
        return "launches " + launches + ", vms " + vms.keySet() + ", taps " + taps + ", devices " + devices + ", table " + table;
    }

    @Override
    public void close() throws IOException {
        server.close();
        vms.values().forEach(Vm::end);
    }
}
