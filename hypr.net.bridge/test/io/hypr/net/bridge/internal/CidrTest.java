package io.hypr.net.bridge.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @Test
    void subnetsOverlapIfOneHoldsTheOther() {
        Cidr wide = Cidr.parse("10.0.0.0/8");
        assertTrue(wide.overlaps(Cidr.parse("10.7.0.0/16")));
        assertTrue(Cidr.parse("10.7.0.0/16").overlaps(wide));
        assertFalse(wide.overlaps(Cidr.parse("11.0.0.0/8")));
        assertFalse(wide.overlaps(Cidr.parse("fd00::/8")));
        assertTrue(Cidr.parse("fd00::/8").contains(Cidr.address("fd12::1")));
        assertTrue(Cidr.parse("10.0.0.1/32").contains(Cidr.address("10.0.0.1")));
        assertEquals("172.30.0.0/16", Cidr.parse("172.30.0.0/16").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.0", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.1/8", "10.0/8", "/8", "host/8", "fd00::/129",
    "fe80::1%eth0/64", "256.0.0.0/8", ""})
    void whatIsNoSubnetIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> Cidr.parse(text));
    }
}
