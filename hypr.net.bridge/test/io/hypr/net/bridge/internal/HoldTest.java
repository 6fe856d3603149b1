package io.hypr.net.bridge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import io.hypr.net.ServiceBalancer.Backend;
import io.hypr.net.ServiceBalancer.PublishedPort;

class HoldTest {

    private static Publication publication(String address, int port) {
        return Publication.of(new PublishedPort("tcp", address, port, "c", List.of(new Backend("10.0.0.2", 80))));
    }

    @Test
    void allAddressesOfBothFamiliesShareASocket() {
        Publication v4 = publication("0.0.0.0", 80);
        Publication v6 = publication("::", 80);
        Publication other = publication("0.0.0.0", 81);
        Map<Hold.Key, List<Publication>> plan = Hold.plan(List.of(v4, v6, other), true);
        assertEquals(List.of(v4, v6), plan.get(new Hold.Key("tcp", Cidr.address("::"), 80)));
        assertEquals(List.of(other), plan.get(new Hold.Key("tcp", Cidr.address("0.0.0.0"), 81)));
        assertEquals(2, plan.size());
    }

    @Test
    void withoutIpv6OnlyIpv4IsHeld() {
        Publication v4 = publication("0.0.0.0", 80);
        assertEquals(Map.of(new Hold.Key("tcp", Cidr.address("0.0.0.0"), 80), List.of(v4)),
                Hold.plan(List.of(v4, publication("::", 80), publication("::1", 81)), false));
    }

    @Test
    void oneSocketCannotHoldWhatAnotherHolds() {
        assertTrue(publication("0.0.0.0", 80).collides(publication("127.0.0.1", 80)));
        assertTrue(publication("127.0.0.1", 80).collides(publication("127.0.0.1", 80)));
        assertEquals(false, publication("127.0.0.1", 80).collides(publication("127.0.0.2", 80)));
        assertEquals(false, publication("0.0.0.0", 80).collides(publication("::", 80)));
    }
}
