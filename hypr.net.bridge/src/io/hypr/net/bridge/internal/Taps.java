package io.hypr.net.bridge.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Link;
import io.hypr.ffm.net.Rtnetlink;
import io.hypr.ffm.net.Tap;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.net.Attachment;
import io.hypr.net.EndpointPlan;

/** The taps of endpoints. */
final class Taps {

    private static final int DIGITS = 13;

    private final String instance;
    private final Bridges bridges;

    Taps(String instance, Bridges bridges) {
        this.instance = instance;
        this.bridges = bridges;
    }

    /** Makes an endpoint's tap, or mends it. What a failed call made it takes away again. */
    Attachment plug(EndpointPlan plan) {
        return make(plan.id(), plan.uid(), plan.network());
    }

    /** The same for an endpoint to come, whose tap is on no bridge. It is up, since the user of a VMM could not switch it on. */
    Attachment prepare(String id, int uid) {
        return make(id, uid, null);
    }

    private Attachment make(String id, int uid, DriverRecord network) {
        BridgePlan.requireId(id);
        if (uid < 0) {
            throw new HyprException(ErrorCode.INVALID, "A tap cannot belong to user " + uid + ".");
        }
        String name = name(id);
        try (Rtnetlink net = Rtnetlink.open()) {
            Link bridge = network == null ? null : bridges.find(net, network);
            Optional<Link> there = net.link(name);
            requireOurs(there, id);
            Link tap = there.isPresent() && there.get().owner() == uid ? mark(net, there.get(), id) : create(net, name, id, uid);
            try {
                return new Attachment(Records.endpoint(id, name), name, set(net, tap, bridge));
            } catch (ErrnoException | RuntimeException e) {
                if (there.isEmpty()) {
                    delete(net, name, e);
                }
                throw e;
            }
        } catch (ErrnoException e) {
            if (e.errno() == ErrnoException.EBUSY) {
                throw new HyprException(ErrorCode.IN_USE, "Tap " + name + " of endpoint " + id + " is open in another process and cannot change its owner.", e);
            }
            throw Failures.of("Tap " + name + " of endpoint " + id + " cannot be made.", e);
        }
    }

    /** It stays only once it is marked: if hyprd ends before, the kernel takes it away. */
    private Link create(Rtnetlink net, String name, String id, int uid) throws ErrnoException {
        try (Tap tap = Tap.open(name, uid)) {
            Link made = mark(net, net.link(name).orElseThrow(() -> new ErrnoException("find " + name, ErrnoException.ENODEV)), id);
            tap.keep();
            return made;
        }
    }

    private Link mark(Rtnetlink net, Link tap, String id) throws ErrnoException {
        String mark = new Mark(instance, Mark.Kind.ENDPOINT, id, true).alias();
        if (!tap.alias().equals(mark)) {
            net.alias(tap.index(), mark);
        }
        return tap;
    }

    /** Removes an endpoint's tap. */
    void unplug(DriverRecord attachment) {
        String name = Records.tap(attachment);
        try (Rtnetlink net = Rtnetlink.open()) {
            Optional<Link> tap = net.link(name).filter(l -> ofEndpoint(l, attachment.id()));
            if (tap.isPresent()) {
                net.delete(tap.get().index());
            }
        } catch (ErrnoException e) {
            if (e.errno() != ErrnoException.ENODEV) {
                throw Failures.of("Tap " + name + " cannot be removed.", e);
            }
        }
    }

    /** Returns the MTU that it has then. The bridge may be null: none. */
    private static int set(Rtnetlink net, Link tap, Link bridge) throws ErrnoException {
        HostSettings.disableIpv6(tap.name());
        if (bridge == null) {
            net.up(tap.index());
            return tap.mtu();
        }
        net.join(tap.index(), bridge.index(), bridge.mtu());
        net.openPort(tap.index(), Mark.parse(bridge.alias()).filter(m -> !m.icc()).isPresent(), HostSettings.filtersBridges());
        return bridge.mtu();
    }

    private void requireOurs(Optional<Link> there, String id) {
        // A tap without an alias is ours as well: an older hyprd could be killed before it had marked one.
        if (there.isPresent() && !(there.get().kind().equals("tun") && (there.get().alias().isEmpty() || ofEndpoint(there.get(), id)))) {
            throw new HyprException(ErrorCode.IN_USE,
                    "Network device " + there.get().name() + " belongs to somebody else on this host: '" + there.get().alias() + "'.");
        }
    }

    private boolean ofEndpoint(Link link, String id) {
        return Mark.parse(link.alias()).filter(new Mark(instance, Mark.Kind.ENDPOINT, id, true)::isSame).isPresent();
    }

    private static void delete(Rtnetlink net, String name, Exception cause) {
        try {
            Optional<Link> half = net.link(name);
            if (half.isPresent()) {
                net.delete(half.get().index());
            }
        } catch (ErrnoException e) {
            cause.addSuppressed(e);
        }
    }

    /** As long as a network device's name may be. */
    static String name(String endpoint) {
        return "hy" + endpoint.substring(0, DIGITS);
    }

    /** @return records of our taps and then of our bridges on the host, the order in which they can be removed */
    List<DriverRecord> inventory() {
        try (Rtnetlink net = Rtnetlink.open()) {
            List<DriverRecord> networks = new ArrayList<>();
            List<DriverRecord> all = new ArrayList<>();
            for (Link link : net.links()) {
                Optional<Mark> mark = Mark.parse(link.alias()).filter(m -> m.instance().equals(instance));
                if (mark.isPresent() && mark.get().kind() == Mark.Kind.NETWORK) {
                    networks.add(Records.network(mark.get().id(), link.name()));
                } else if (mark.isPresent()) {
                    all.add(Records.endpoint(mark.get().id(), link.name()));
                }
            }
            all.addAll(networks);
            return all;
        } catch (ErrnoException e) {
            throw Failures.of("The host's network devices cannot be listed.", e);
        }
    }
}
