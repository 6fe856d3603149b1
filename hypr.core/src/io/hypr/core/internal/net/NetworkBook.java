package io.hypr.core.internal.net;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.net.Ipv4.Block;
import io.hypr.core.internal.records.ContainerRecord.Plug;
import io.hypr.core.internal.records.NetworkRecord;
import io.hypr.core.internal.records.Records;
import io.hypr.engine.ContainerInfo.Endpoint;
import io.hypr.engine.Networks.Network;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;
import io.hypr.net.NetworkDriver;
import io.hypr.net.NetworkPlan;

/** The networks of this host, who has which address in them, and their drivers. Safe for use by any thread. */
public final class NetworkBook {

    /** How long a driver may take to come back. */
    private static final Duration SOON = Duration.ofSeconds(30);
    /** Name of the default network. */
    public static final String DEFAULT = "bridge";
    /** Name of the network that is none. */
    public static final String NONE = "none";

    private final Records records;
    private final Drivers<NetworkDriver> drivers;
    private final List<Block> pool;
    private final Path routes;
    private final Map<String, NetworkRecord> networks = new LinkedHashMap<>();
    /** The driver instance that ensured a network, so that it is asked once and again when it was replaced. */
    private final Map<String, NetworkDriver> ensured = new LinkedHashMap<>();

    /**
     * @param records keeps networks and addresses
     * @param drivers serve them
     * @param pool subnets to choose from, in order
     * @param routes {@code /proc/net/route}
     */
    public NetworkBook(Records records, Drivers<NetworkDriver> drivers, List<String> pool, Path routes) {
        this.records = records;
        this.drivers = drivers;
        this.pool = pool.stream().map(Block::parse).toList();
        this.routes = routes;
        records.networks().forEach(r -> networks.put(r.network.id, r));
        if (networks.values().stream().noneMatch(r -> r.network.name.equals(DEFAULT))) {
            Network wanted = new Network();
            wanted.name = DEFAULT;
            keep(wanted);
        }
        if (networks.values().stream().noneMatch(r -> r.network.name.equals(NONE))) {
            keepNone();
        }
    }

    /**
     * @param spec what is wanted
     * @return the network, recorded
     */
    public synchronized Network create(Network spec) {
        if (spec.name == null || !spec.name.matches(Ids.NAME)) {
            throw new HyprException(ErrorCode.INVALID, "invalid network name \"" + spec.name + "\": only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        if (spec.name.equals("host") || networks.values().stream().anyMatch(r -> r.network.name.equals(spec.name))) {
            throw new HyprException(ErrorCode.CONFLICT, "network with name " + spec.name + " already exists");
        }
        if (spec.driver != null && !isKnown(spec.driver)) {
            throw new HyprException(ErrorCode.NOT_FOUND, "plugin \"" + spec.driver + "\" not found")
                .remedy("Leave out --driver for a bridge, or install the plug-in that has this network driver; 'hypr info' shows those that are there.");
        }
        if (spec.gateway != null && spec.subnet == null) {
            throw new HyprException(ErrorCode.INVALID, "every ip-range or gateway must have a corresponding subnet").remedy("Name the subnet, too.");
        }
        return keep(spec);
    }

    /** A driver that is being exchanged is known by its networks. */
    private boolean isKnown(String driver) {
        return drivers.all().stream().map(drivers::name).anyMatch(driver::equals) || withSubnet().anyMatch(n -> n.driver.equals(driver));
    }

    private Network keep(Network spec) {
        NetworkRecord record = new NetworkRecord();
        Network n = new Network();
        n.id = Ids.random();
        n.name = spec.name;
        n.created = Instant.now();
        n.driver = spec.driver == null ? "bridge" : spec.driver;
        record.anySubnet = spec.subnet == null;
        Block block = record.anySubnet ? free() : wanted(spec.subnet);
        n.subnet = block.toString();
        n.gateway = spec.gateway == null ? Ipv4.text(block.base() + 1) : spec.gateway;
        if (!isIn(block, n.gateway)) {
            throw new HyprException(ErrorCode.INVALID, "no matching subnet for gateway " + n.gateway).remedy("Choose an address in " + n.subnet + ".");
        }
        n.internal = spec.internal;
        n.options.putAll(spec.options);
        n.labels.putAll(spec.labels);
        record.network = n;
        String mtu = n.options.remove("com.docker.network.driver.mtu");
        if (mtu != null) {
            if (!mtu.matches("[0-9]{3,5}") || Integer.parseInt(mtu) < 576 || Integer.parseInt(mtu) > 65_535) {
                throw new HyprException(ErrorCode.INVALID, "An MTU is 576 to 65535, not \"" + mtu + "\".");
            }
            record.mtu = Integer.parseInt(mtu);
        }
        records.put(record);
        networks.put(n.id, record);
        return n;
    }

    /** The network that is none has no subnet and no driver: it is there to be seen. */
    private void keepNone() {
        NetworkRecord record = new NetworkRecord();
        record.network = new Network();
        record.network.id = Ids.random();
        record.network.name = NONE;
        record.network.driver = "null";
        record.network.created = Instant.now();
        records.put(record);
        networks.put(record.network.id, record);
    }

    private Stream<Network> withSubnet() {
        return networks.values().stream().map(r -> r.network).filter(n -> n.subnet != null);
    }

    private static boolean isIn(Block block, String address) {
        try {
            return block.contains(Ipv4.parse(address));
        } catch (HyprException e) {
            return false; // Docker says the same of what is no address.
        }
    }

    private static Block parse(String subnet) {
        try {
            return Block.parse(subnet);
        } catch (HyprException e) {
            throw new HyprException(ErrorCode.INVALID, "Invalid subnet " + subnet + " : invalid CIDR address: " + subnet, e)
                .remedy("Write it as in 172.30.0.0/16.");
        }
    }

    private Block wanted(String subnet) {
        Block block = parse(subnet);
        if (block.prefix() > 30) {
            throw new HyprException(ErrorCode.INVALID, "The subnet " + block + " has no room for containers.");
        }
        withSubnet().filter(n -> Block.parse(n.subnet).overlaps(block)).findFirst().ifPresent(n -> {
            throw new HyprException(ErrorCode.IN_USE, "Pool overlaps with other one on this address space: " + block + " and " + n.subnet
                + " of network " + n.name + ".").remedy("Choose another subnet, or leave the choice to hypr.");
        });
        return block;
    }

    private Block free() {
        List<Block> taken = new ArrayList<>(Routes.of(routes));
        withSubnet().forEach(n -> taken.add(Block.parse(n.subnet)));
        return pool.stream().filter(b -> taken.stream().noneMatch(b::overlaps)).findFirst()
            .orElseThrow(() -> new HyprException(ErrorCode.EXHAUSTED, "could not find an available, non-overlapping IPv4 address pool among the defaults "
                + pool + ".").remedy("Remove networks that are not used, name a subnet, or configure more by io.hypr.core subnets."));
    }

    /**
     * @param name name, id, or a unique beginning of the id
     * @return its record
     */
    public synchronized NetworkRecord find(String name) {
        List<NetworkRecord> found = networks.values().stream().filter(r -> r.network.name.equals(name) || r.network.id.equals(name)).toList();
        if (found.isEmpty() && name.matches("[0-9a-f]{1,63}")) {
            found = networks.values().stream().filter(r -> r.network.id.startsWith(name)).toList();
        }
        if (found.size() > 1) {
            throw new HyprException(ErrorCode.CONFLICT, "network " + name + " is ambiguous (" + found.size() + " matches found based on ID prefix)");
        }
        if (found.isEmpty()) {
            throw new HyprException(ErrorCode.NOT_FOUND, "network " + name + " not found");
        }
        return found.getFirst();
    }

    /** @return all networks, by name */
    public synchronized List<Network> list() {
        return networks.values().stream().map(r -> r.network).sorted(Comparator.comparing((Network n) -> n.name)).toList();
    }

    /**
     * @param name name, id, or a unique beginning of the id
     */
    public void remove(String name) {
        NetworkRecord record = find(name);
        if (record.network.name.equals(DEFAULT) || record.network.name.equals(NONE)) {
            throw new HyprException(ErrorCode.CONFLICT, record.network.name + " is a pre-defined network and cannot be removed");
        }
        if (!records.leases(record.network.id).isEmpty()) {
            throw new HyprException(ErrorCode.CONFLICT, "error while removing network: network " + record.network.name + " id " + record.network.id
                + " has active endpoints");
        }
        if (record.record != null) {
            drivers.get(record.network.driver, Duration.ZERO).remove(record.record);
        }
        synchronized (this) {
            records.removeNetwork(record.network.id);
            networks.remove(record.network.id);
            ensured.remove(record.network.id);
        }
    }

    /**
     * Has the network on the host, before anybody gets an address in it. A subnet that nobody asked for, and that something else on the host has taken since it
     * was chosen, is replaced while nobody has an address in it.
     *
     * @param record the network
     */
    public void settle(NetworkRecord record) {
        NetworkDriver driver = drivers.get(record.network.driver, Duration.ZERO);
        synchronized (record) {
            try {
                ensure(record, driver);
            } catch (HyprException e) {
                if (e.code() != ErrorCode.IN_USE || !record.anySubnet || !records.leases(record.network.id).isEmpty()) {
                    throw e;
                }
                choose(record);
                ensure(record, driver);
            }
        }
    }

    private synchronized void choose(NetworkRecord record) {
        Block block = free();
        record.network.subnet = block.toString();
        record.network.gateway = Ipv4.text(block.base() + 1);
        records.put(record);
    }

    /**
     * Gives a container its address in a network.
     *
     * @param record the network
     * @param container id of the container
     * @param ip wanted address, or null
     * @param mac wanted hardware address, or null
     * @return the endpoint
     */
    public synchronized Endpoint lease(NetworkRecord record, String container, String ip, String mac) {
        Block block = Block.parse(record.network.subnet);
        Endpoint e = new Endpoint();
        e.networkId = record.network.id;
        e.endpointId = Ids.random();
        e.prefix = block.prefix();
        e.gateway = record.network.gateway;
        e.ip = ip == null ? next(record, block, container) : wanted(record, block, container, ip);
        e.mac = mac == null ? Ipv4.mac(e.ip) : mac;
        return e;
    }

    private String wanted(NetworkRecord record, Block block, String container, String ip) {
        if (!block.contains(Ipv4.parse(ip))) {
            throw new HyprException(ErrorCode.INVALID, "Invalid address " + ip + ": It does not belong to any of this network's subnets");
        }
        if (ip.equals(record.network.gateway) || !records.lease(record.network.id, ip, container)) {
            throw new HyprException(ErrorCode.IN_USE, "Address already in use: " + ip + " belongs to "
                + records.owner(record.network.id, ip).map(c -> "container " + c.substring(0, Math.min(12, c.length()))).orElse("the host") + ".");
        }
        return ip;
    }

    private String next(NetworkRecord record, Block block, String container) {
        Set<String> taken = new HashSet<>(records.leases(record.network.id));
        taken.add(record.network.gateway);
        for (long a = block.base() + 1; a < block.base() + block.size() - 1; a++) {
            String address = Ipv4.text(a);
            if (!taken.contains(address) && records.lease(record.network.id, address, container)) {
                return address;
            }
        }
        throw new HyprException(ErrorCode.EXHAUSTED, "no available IPv4 addresses on this network's address pools: " + record.network.name
            + " (" + record.network.subnet + ")").remedy("Stop containers, or use a network with a larger subnet.");
    }

    /** @param container id of the container whose addresses are free again */
    public void release(String container) {
        records.release(container);
    }

    /**
     * Plugs a container in: the network first, if this driver has not seen to it yet.
     *
     * @param record the network
     * @param container id of the container
     * @param endpoint its place
     * @param uid user of its VMM
     * @return the host's side
     */
    public Attachment plug(NetworkRecord record, String container, Endpoint endpoint, int uid) {
        NetworkDriver driver = drivers.get(record.network.driver, Duration.ZERO);
        boolean fresh = ensure(record, driver);
        try {
            return driver.plug(plan(record, container, endpoint, uid));
        } catch (HyprException e) {
            if (fresh) {
                throw e;
            }
            synchronized (this) {
                ensured.remove(record.network.id); // Somebody may have taken the network away behind our back: mend it, once.
            }
            ensure(record, driver);
            return driver.plug(plan(record, container, endpoint, uid));
        }
    }

    private static EndpointPlan plan(NetworkRecord record, String container, Endpoint endpoint, int uid) {
        return new EndpointPlan(endpoint.endpointId, container, record.record, endpoint.mac, List.of(endpoint.ip), uid);
    }

    /** @return whether the driver was asked */
    private boolean ensure(NetworkRecord record, NetworkDriver driver) {
        // The driver gets one call at a time for a network, and waiting for the one under way is what every caller wants.
        synchronized (record) {
            synchronized (this) {
                if (ensured.get(record.network.id) == driver) {
                    return false;
                }
            }
            Network n = record.network;
            DriverRecord said = driver.ensure(
                    new NetworkPlan(n.id, n.name, List.of(new NetworkPlan.Subnet(n.subnet, n.gateway)), n.internal, record.mtu, n.options));
            synchronized (this) {
                if (!Objects.equals(said, record.record)) {
                    record.record = said;
                    records.put(record);
                }
                ensured.put(n.id, driver);
            }
            return true;
        }
    }

    /**
     * Has the host's side of an interface made ahead.
     *
     * @param driver name of the driver
     * @param endpoint id of the endpoint to come
     * @param uid user of its VMM
     * @return the host's side; empty if the driver cannot do that
     */
    public Optional<Attachment> prepare(String driver, String endpoint, int uid) {
        return drivers.get(driver, Duration.ZERO).prepare(endpoint, uid);
    }

    /**
     * Removes what was made ahead, also if that was interrupted anywhere.
     *
     * @param driver name of the driver
     * @param endpoint id of the endpoint that was to come
     * @param uid user of its VMM
     * @param waits whether the driver may take a while to come
     */
    public void unprepare(String driver, String endpoint, int uid, boolean waits) {
        NetworkDriver found = drivers.get(driver, waits ? SOON : Duration.ZERO);
        found.prepare(endpoint, uid).ifPresent(a -> found.unplug(a.record())); // What is half made has no record yet.
    }

    /** @param plug what is unplugged */
    public void unplug(Plug plug) {
        drivers.get(plug.driver, SOON).unplug(plug.record);
    }

    /** Only the driver knows whether a record is of an endpoint or of a network, and refuses the wrong call. */
    private static void discard(NetworkDriver driver, DriverRecord r) {
        try {
            driver.unplug(r);
        } catch (HyprException e) {
            driver.remove(r);
        }
    }

    /**
     * Removes from the host what no record knows of.
     *
     * @param driver who is asked
     * @param known gives the ids of endpoints and containers that are plugged in; asked after the driver, since more can be plugged in meanwhile
     * @return what was removed
     */
    public List<DriverRecord> sweep(NetworkDriver driver, Supplier<Set<String>> known) {
        List<DriverRecord> inventory = driver.inventory();
        Set<String> all = new HashSet<>(known.get());
        synchronized (this) {
            all.addAll(networks.keySet());
        }
        List<DriverRecord> removed = new ArrayList<>();
        for (DriverRecord r : inventory) {
            if (!all.contains(r.id())) {
                discard(driver, r);
                removed.add(r);
            }
        }
        return removed;
    }
}
