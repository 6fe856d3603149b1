package io.hypr.net.bridge.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.osgi.service.log.Logger;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Rtnetlink;
import io.hypr.ffm.net.Tap;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;
import io.hypr.net.NetworkPlan;
import io.hypr.net.ServiceBalancer.PublishedPort;

/** The parts of the driver, put together. */
public final class Networking implements AutoCloseable {

    private static final int CAP_NET_ADMIN = 12;

    private final Nft nft = new Nft();
    private final String defaultBridge;
    private final Ruleset rules;
    private final Bridges bridges;
    private final Taps taps;
    private final Publications publications;
    private final Logger log;
    private final Set<String> warned = ConcurrentHashMap.newKeySet();

    /**
     * @param table name of the nft table, which also marks the devices of this hyprd
     * @param defaultBridge name of the default network's bridge
     * @param log for warnings about rules of others
     * @throws HyprException INVALID if a name cannot be one
     */
    public Networking(String table, String defaultBridge, Logger log) {
        if (!table.matches("[A-Za-z_][A-Za-z0-9_]{0,30}")) {
            throw new HyprException(ErrorCode.INVALID, "'" + table + "' cannot be the name of an nft table.")
                    .remedy("Use 1 to 31 letters, digits and underscores.");
        }
        this.defaultBridge = defaultBridge;
        this.log = log;
        this.rules = new Ruleset(table, nft);
        this.bridges = new Bridges(table, rules);
        this.taps = new Taps(table, bridges);
        this.publications = new Publications(rules, new StaleFlows(log), log);
    }

    /** @return whether networks can be made here */
    public Availability probe() {
        if (Nft.program().isEmpty()) {
            return Availability.unsupported("The program nft is not installed.", "Install the package nftables.");
        }
        if (!isNetworkAdministrator()) {
            return Availability.unsupported("Network devices and rules need the capability CAP_NET_ADMIN, which hyprd lacks.", "Run hyprd as root.");
        }
        if (!Files.exists(Path.of(Tap.DEVICE))) {
            return Availability.unsupported("The host has no " + Tap.DEVICE + ", so it has no taps.", "Load the module: modprobe tun.");
        }
        Nft.Result tried = nft.run("add table inet hypr_probe { chain c { type nat hook output priority -100; }; }", "-c", "-f", "-");
        if (tried.status() != 0) {
            return Availability.unsupported("The kernel refuses address translation by nftables: " + tried.out().lines().findFirst().orElse("") + ".",
                    "Load the modules: modprobe -a nf_tables nft_chain_nat.");
        }
        return Availability.available();
    }

    private static boolean isNetworkAdministrator() {
        try {
            String line = Files.readAllLines(Path.of("/proc/thread-self/status")).stream().filter(l -> l.startsWith("CapEff:")).findFirst().orElse("CapEff: 0");
            return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >> CAP_NET_ADMIN & 1) == 1;
        } catch (IOException e) {
            return false;
        }
    }

    /** Makes or mends a network. */
    public DriverRecord ensure(NetworkPlan network) {
        BridgePlan plan = BridgePlan.of(network, defaultBridge);
        DriverRecord record = bridges.ensure(plan);
        ForeignRules.warning(nft, plan.bridge()).filter(w -> !plan.internal() && warned.add(plan.bridge())).ifPresent(log::warn);
        return record;
    }

    /** Makes or mends an endpoint's tap. */
    public Attachment plug(EndpointPlan plan) {
        return taps.plug(plan);
    }

    /** Makes the tap of an endpoint to come, or mends it. */
    public Attachment prepare(String id, int uid) {
        return taps.prepare(id, uid);
    }

    /** Removes an endpoint's tap. */
    public void unplug(DriverRecord attachment) {
        taps.unplug(attachment);
    }

    /** Removes a network. */
    public void remove(DriverRecord network) {
        bridges.remove(network);
        warned.remove(Records.bridge(network));
    }

    /** @return what is there */
    public List<DriverRecord> inventory() {
        return taps.inventory();
    }

    /** Replaces the published ports. */
    public void publish(long generation, List<PublishedPort> table) {
        if (publications.publish(generation, table) && table.isEmpty()) {
            try (Rtnetlink net = Rtnetlink.open()) {
                rules.removeIfUnused(!bridges.networks(net).isEmpty());
            } catch (ErrnoException e) {
                throw Failures.of("The host's network devices cannot be listed.", e);
            }
        }
    }

    /** Gives held ports back; networks, taps and rules stay. */
    @Override
    public void close() {
        publications.close();
    }
}
