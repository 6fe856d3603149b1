package io.hypr.core.internal.net;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.hypr.core.internal.records.Records;
import io.hypr.engine.ContainerInfo.Publication;
import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.ServiceBalancer;
import io.hypr.net.ServiceBalancer.Backend;
import io.hypr.net.ServiceBalancer.PublishedPort;

/** The host's published ports: one table for all containers, told to the balancer whole. Safe for use by any thread. */
public final class Ports {

    private static final int FIRST_FREE = 32_768;
    private static final int LAST_FREE = 60_999;

    private record Owner(String id, String name, String address, List<Publication> publications) {
    }

    private final Records records;
    private final Supplier<ServiceBalancer> balancer;
    /** Held while the balancer is called: tables must reach it in order, and it never calls back. */
    private final ReentrantLock lock = new ReentrantLock(true);
    private final boolean ipv6;
    private final Map<String, Owner> owners = new LinkedHashMap<>();

    /**
     * @param records count the generations
     * @param balancer the one that is there now, or null
     * @param ipv6 whether the host speaks it: what is published on all addresses is published on those of IPv6 too, as Docker has it
     */
    public Ports(Records records, Supplier<ServiceBalancer> balancer, boolean ipv6) {
        this.ipv6 = ipv6;
        this.records = records;
        this.balancer = balancer;
    }

    /**
     * Publishes ports of a container.
     *
     * @param id of the container
     * @param name of the container
     * @param address of the container
     * @param wanted what is to be published
     * @return what is published now
     */
    public List<Publication> publish(String id, String name, String address, List<PortMapping> wanted) {
        if (wanted.isEmpty()) {
            return List.of();
        }
        lock.lock();
        try {
            List<Publication> chosen = new ArrayList<>();
            for (PortMapping mapping : wanted) {
                chosen.addAll(choose(mapping, chosen, name));
            }
            owners.put(id, new Owner(id, name, address, List.copyOf(chosen)));
            try {
                tell();
            } catch (HyprException e) {
                owners.remove(id);
                throw new HyprException(e.code(), "driver failed programming external connectivity on endpoint " + name + ": " + e.getMessage(), e.getCause())
                    .remedy(e.remedy().orElse("Publish another port, or free that one."));
            }
            return chosen;
        } finally {
            lock.unlock();
        }
    }

    /** @return the same port on each address that was meant */
    private List<Publication> choose(PortMapping mapping, List<Publication> own, String name) {
        List<String> addresses = !mapping.hostAddress.isEmpty() ? List.of(mapping.hostAddress) : ipv6 ? List.of("0.0.0.0", "::") : List.of("0.0.0.0");
        if (mapping.hostPort != 0 && mapping.hostPortEnd == 0) {
            List<Publication> fixed = publications(mapping, addresses, mapping.hostPort);
            for (Publication p : fixed) {
                String owner = owner(p, own);
                if (owner != null) {
                    throw taken(p, name, owner);
                }
            }
            return fixed;
        }
        int first = mapping.hostPort == 0 ? FIRST_FREE : mapping.hostPort;
        int last = mapping.hostPort == 0 ? LAST_FREE : mapping.hostPortEnd;
        int count = last - first + 1;
        int start = mapping.hostPort == 0 ? ThreadLocalRandom.current().nextInt(count) : 0;
        for (int i = 0; i < count; i++) {
            List<Publication> free = publications(mapping, addresses, first + (start + i) % count);
            if (free.stream().allMatch(p -> owner(p, own) == null && isFree(p))) {
                return free;
            }
        }
        throw new HyprException(ErrorCode.IN_USE, "driver failed programming external connectivity on endpoint " + name + ": all ports are allocated in "
            + first + "-" + last + "/" + mapping.protocol + " on " + addresses.getFirst() + ".");
    }

    private static List<Publication> publications(PortMapping mapping, List<String> addresses, int port) {
        List<Publication> all = new ArrayList<>();
        for (String address : addresses) {
            Publication p = new Publication();
            p.protocol = mapping.protocol;
            p.hostAddress = address;
            p.hostPort = port;
            p.containerPort = mapping.containerPort;
            all.add(p);
        }
        return all;
    }

    private static HyprException taken(Publication p, String name, String owner) {
        return new HyprException(ErrorCode.IN_USE, "driver failed programming external connectivity on endpoint " + name + ": Bind for " + p.hostAddress + ":"
            + p.hostPort + " failed: port is already allocated (by " + owner + ")").remedy("Publish another port, or stop " + owner + ".");
    }

    private String owner(Publication wanted, List<Publication> own) {
        if (own.stream().anyMatch(p -> collide(p, wanted))) {
            return "this same container";
        }
        return owners.values().stream().filter(o -> o.publications.stream().anyMatch(p -> collide(p, wanted)))
            .map(o -> "container " + o.name).findFirst().orElse(null);
    }

    private static boolean collide(Publication a, Publication b) {
        return a.hostPort == b.hostPort && a.protocol.equals(b.protocol)
            && (a.hostAddress.equals(b.hostAddress) || any(a.hostAddress) && family(a) == family(b) || any(b.hostAddress) && family(a) == family(b));
    }

    private static boolean any(String address) {
        return address.equals("0.0.0.0") || address.equals("::");
    }

    private static int family(Publication p) {
        return p.hostAddress.indexOf(':') >= 0 ? 6 : 4;
    }

    /** @return whether no process of the host has the port: it is tried, since that is the only answer that is sure */
    private static boolean isFree(Publication p) {
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(p.hostAddress), p.hostPort);
            if (p.protocol.equals("udp")) {
                new DatagramSocket(address).close();
            } else {
                try (ServerSocket socket = new ServerSocket()) {
                    socket.setReuseAddress(true);
                    socket.bind(address);
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Takes over what is published already: the balancer still has it.
     *
     * @param id of the container
     * @param name of the container
     * @param address of the container
     * @param publications its ports
     */
    public void restore(String id, String name, String address, List<Publication> publications) {
        lock.lock();
        try {
            if (!publications.isEmpty()) {
                owners.put(id, new Owner(id, name, address, List.copyOf(publications)));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Frees the ports of a container.
     *
     * @param id of the container
     */
    public void withdraw(String id) {
        lock.lock();
        try {
            if (owners.remove(id) != null && balancer.get() != null) {
                tell();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Tells the balancer the table: a new one has come, or an engine. Does nothing while there is none. */
    public void refresh() {
        lock.lock();
        try {
            if (balancer.get() != null) {
                tell();
            }
        } finally {
            lock.unlock();
        }
    }

    private void tell() {
        ServiceBalancer now = balancer.get();
        if (now == null) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "no bundle that publishes ports is there.")
                    .remedy("Start a network bundle, such as hypr.net.bridge.");
        }
        List<PublishedPort> table = new ArrayList<>();
        for (Owner o : owners.values()) {
            for (Publication p : o.publications) {
                table.add(new PublishedPort(p.protocol, p.hostAddress, p.hostPort, o.id, List.of(new Backend(o.address, p.containerPort))));
            }
        }
        now.publish(records.next("ports"), table);
    }
}
