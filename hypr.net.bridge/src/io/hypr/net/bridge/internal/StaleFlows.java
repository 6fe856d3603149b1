package io.hypr.net.bridge.internal;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.osgi.service.log.Logger;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.net.Conntrack;
import io.hypr.ffm.net.Flow;
import io.hypr.ffm.net.LinkAddress;
import io.hypr.ffm.net.Rtnetlink;

/**
 * UDP has no end of a connection: the kernel keeps leading a client to where its first packet went, for as long as it sends. So flows whose port leads
 * elsewhere now are forgotten, and the client's next packet finds the new way.
 */
final class StaleFlows {

    private static final int UDP = 17;

    private final Logger log;

    StaleFlows(Logger log) {
        this.log = log;
    }

    void flush(List<Publication> before, List<Publication> now) {
        Set<Integer> ports = new HashSet<>();
        for (Publication p : before) {
            addUdp(ports, p);
        }
        for (Publication p : now) {
            addUdp(ports, p);
        }
        if (ports.isEmpty()) {
            return;
        }
        try (Conntrack conntrack = Conntrack.open()) {
            Set<InetAddress> own = addresses();
            for (Flow flow : conntrack.flows(UDP)) {
                if (ports.contains(flow.destinationPort()) && own.contains(flow.destination()) && !isRight(flow, now)) {
                    conntrack.forget(flow);
                }
            }
        } catch (ErrnoException e) {
            log.warn("UDP clients of ports that moved are led to the former place until they pause for two minutes", e);
        }
    }

    private static void addUdp(Set<Integer> ports, Publication p) {
        if (p.protocol().equals("udp")) {
            ports.add(p.port());
        }
    }

    private static boolean isRight(Flow flow, List<Publication> now) {
        return now.stream().filter(p -> p.protocol().equals("udp") && p.port() == flow.destinationPort())
                .filter(p -> p.isAny() || p.address().equals(flow.destination()))
                .anyMatch(p -> p.sameFamily().contains(new Publication.Target(flow.answerer(), flow.answererPort())));
    }

    private static Set<InetAddress> addresses() throws ErrnoException {
        try (Rtnetlink net = Rtnetlink.open()) {
            Set<InetAddress> own = new HashSet<>();
            for (LinkAddress address : net.addresses()) {
                own.add(address.address());
            }
            return own;
        }
    }
}
