package io.hypr.net.bridge.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Link;
import io.hypr.ffm.net.LinkAddress;
import io.hypr.ffm.net.Route;
import io.hypr.ffm.net.Rtnetlink;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** The bridges of networks: each step measures and does what is missing. */
final class Bridges {

    private final String instance;
    private final Ruleset rules;

    /** @param instance whose bridges these are */
    Bridges(String instance, Ruleset rules) {
        this.instance = instance;
        this.rules = rules;
    }

    /** Makes a network's bridge and rules, or mends them. What a failed call made it takes away again. */
    DriverRecord ensure(BridgePlan plan) {
        if (plan.gateways().size() > 1 && !HostSettings.hasIpv6()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The network cannot have an IPv6 subnet: IPv6 is switched off on this host.")
                    .remedy("Make it without IPv6, or switch it on: sysctl net.ipv6.conf.all.disable_ipv6=0.");
        }
        try (Rtnetlink net = Rtnetlink.open()) {
            Mark mark = new Mark(instance, Mark.Kind.NETWORK, plan.id(), plan.icc());
            Optional<Link> there = net.link(plan.bridge());
            requireOurs(plan, there, mark);
            requireFreeSubnets(net, plan, there.map(Link::index).orElse(0));
            try {
                if (there.isEmpty()) {
                    net.addBridge(plan.bridge(), mac(plan.id()));
                }
                Link bridge = net.link(plan.bridge()).orElseThrow();
                set(net, plan, bridge, mark);
                HostSettings.routeLocalnet(plan.bridge());
                HostSettings.forwardIpv4();
                if (plan.gateways().size() > 1) {
                    HostSettings.forwardIpv6();
                }
                rules.addNetwork(plan);
                verify(net, plan, bridge.index());
            } catch (ErrnoException | RuntimeException e) {
                if (there.isEmpty()) {
                    takeAway(net, plan.bridge(), e);
                }
                throw e;
            }
            return Records.network(plan.id(), plan.bridge());
        } catch (ErrnoException e) {
            throw Failures.of("Bridge " + plan.bridge() + " cannot be set up.", e);
        }
    }

    /** Removes a network's bridge and rules. */
    void remove(DriverRecord network) {
        String name = Records.bridge(network);
        try (Rtnetlink net = Rtnetlink.open()) {
            List<Link> links = net.links();
            Optional<Link> bridge = links.stream().filter(l -> l.name().equals(name) && ofNetwork(l, network.id())).findFirst();
            if (bridge.isPresent()) {
                List<String> ports = links.stream().filter(l -> l.master() == bridge.get().index()).map(Link::name).toList();
                if (!ports.isEmpty()) {
                    throw new HyprException(ErrorCode.IN_USE, "Bridge " + name + " has endpoints: " + String.join(", ", ports) + ".")
                            .remedy("Stop or disconnect the containers in the network first.");
                }
                net.delete(bridge.get().index());
            }
            // The name may be somebody else's by now; rules of his network stay.
            if (bridge.isPresent() || net.link(name).isEmpty()) {
                rules.removeNetwork(name, networks(net).isEmpty());
            }
        } catch (ErrnoException e) {
            throw Failures.of("Bridge " + name + " cannot be removed.", e);
        }
    }

    /** @return the bridge of a network */
    Link find(Rtnetlink net, DriverRecord network) throws ErrnoException {
        String name = Records.bridge(network);
        return net.link(name).filter(l -> ofNetwork(l, network.id())).orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND,
                "Bridge " + name + " of network " + network.id() + " is not there.").remedy("Make the network first."));
    }

    /** @return our bridges on the host */
    List<Link> networks(Rtnetlink net) throws ErrnoException {
        return net.links().stream().filter(l -> Mark.parse(l.alias()).filter(m -> m.instance().equals(instance) && m.kind() == Mark.Kind.NETWORK).isPresent())
                .toList();
    }

    private boolean ofNetwork(Link link, String id) {
        return Mark.parse(link.alias()).filter(new Mark(instance, Mark.Kind.NETWORK, id, true)::isSame).isPresent();
    }

    private static void requireOurs(BridgePlan plan, Optional<Link> there, Mark mark) {
        if (there.isEmpty()) {
            return;
        }
        Link link = there.get();
        Optional<Mark> owner = Mark.parse(link.alias());
        if (owner.filter(mark::isSame).isEmpty() || !link.kind().equals("bridge")) {
            String by = owner.map(m -> "network " + m.id() + (m.instance().equals(mark.instance()) ? "" : " of the hyprd with table '" + m.instance() + "'"))
                    .orElse("somebody else on this host");
            throw new HyprException(ErrorCode.IN_USE, "Network device " + plan.bridge() + " belongs to " + by + ".")
                    .remedy("Choose another name by the option com.docker.network.bridge.name or, for the default network, the configuration 'bridge'.");
        }
    }

    private static void requireFreeSubnets(Rtnetlink net, BridgePlan plan, int bridge) throws ErrnoException {
        List<Link> links = net.links();
        List<Route> taken = new ArrayList<>(net.routes());
        for (LinkAddress a : net.addresses()) {
            taken.add(new Route(a.link(), a.address(), a.prefix()));
        }
        for (Route route : taken) {
            boolean ordinary = route.link() != bridge && route.prefix() > 0 && !route.destination().isLoopbackAddress()
                    && !route.destination().isLinkLocalAddress() && !route.destination().isMulticastAddress();
            Cidr theirs = new Cidr(route.destination(), route.prefix());
            for (BridgePlan.Gateway gateway : plan.gateways()) {
                if (ordinary && theirs.overlaps(gateway.subnet())) {
                    String device = links.stream().filter(l -> l.index() == route.link()).map(Link::name).findFirst().orElse("several devices");
                    throw new HyprException(ErrorCode.IN_USE, "Subnet " + gateway.subnet() + " overlaps " + theirs + ", which this host has on " + device + ".")
                            .remedy("Make the network anew with another subnet, or remove what the host has there.");
                }
            }
        }
    }

    private static void set(Rtnetlink net, BridgePlan plan, Link bridge, Mark mark) throws ErrnoException {
        if (!bridge.alias().equals(mark.alias())) {
            net.alias(bridge.index(), mark.alias());
        }
        if (bridge.mtu() != plan.mtu()) {
            net.mtu(bridge.index(), plan.mtu());
        }
        HostSettings.ignoreRouterAdvertisements(plan.bridge());
        List<LinkAddress> wanted = addresses(plan, bridge.index());
        List<LinkAddress> there = net.addresses().stream().filter(a -> a.link() == bridge.index() && !a.address().isLinkLocalAddress()).toList();
        for (LinkAddress a : there) {
            if (!wanted.contains(a)) {
                net.removeAddress(a.link(), a.address(), a.prefix());
            }
        }
        if (!bridge.up()) {
            net.up(bridge.index());
        }
        for (LinkAddress a : wanted) {
            if (!there.contains(a)) {
                net.addAddress(a.link(), a.address(), a.prefix());
            }
        }
    }

    private static void verify(Rtnetlink net, BridgePlan plan, int index) throws ErrnoException {
        Link bridge = net.link(plan.bridge()).orElse(null);
        if (bridge == null || !bridge.up() || bridge.mtu() != plan.mtu() || !net.addresses().containsAll(addresses(plan, index))) {
            throw new HyprException(ErrorCode.CONFLICT, "Bridge " + plan.bridge() + " was changed by another program while it was set up: " + bridge + ".")
                    .remedy("Tell programs that manage network devices, such as NetworkManager, to leave it alone.");
        }
    }

    private static List<LinkAddress> addresses(BridgePlan plan, int index) {
        return plan.gateways().stream().map(g -> new LinkAddress(index, g.address(), g.subnet().prefix())).toList();
    }

    private static void takeAway(Rtnetlink net, String name, Exception cause) {
        try {
            Optional<Link> half = net.link(name);
            if (half.isPresent()) {
                net.delete(half.get().index());
            }
        } catch (ErrnoException e) {
            cause.addSuppressed(e);
        }
    }

    /** A locally administered address of the network's own, so that it survives a new bridge in the neighbours' tables. */
    private static String mac(String id) {
        StringBuilder mac = new StringBuilder("02");
        for (int i = 0; i < 10; i += 2) {
            mac.append(':').append(id, i, i + 2);
        }
        return mac.toString();
    }
}
