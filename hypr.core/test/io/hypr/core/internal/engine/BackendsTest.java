package io.hypr.core.internal.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Which backend is chosen, and why. */
@Timeout(60)
class BackendsTest extends OneEngine {

    @BeforeEach
    void openEngine() {
        open();
    }

    @Test
    void aBackendThatCannotBeUsedIsPassedOverWithItsReason() {
        FakeBackend broken = new FakeBackend(host.socket);
        broken.availability = io.hypr.model.Availability.unsupported("It has no engine.", "Buy one.");
        Engine other = Fakes.engine(base.resolve("other"), host.socket, point -> { }, null);
        other.services().backends.remove(Fakes.backend(other));
        other.services().backends.add(broken, FakeBackend.PROPERTIES);
        HyprException e = assertThrows(HyprException.class, () -> other.services().backends.choose(null, java.util.Set.of(), 0, List.of()));
        assertEquals("No backend can start microVMs here. fake was passed over: It has no engine.", e.getMessage());
        assertEquals("Buy one.", e.remedy().orElseThrow());
        HyprException filter = assertThrows(HyprException.class, () -> other.services().backends.choose("(nonsense", java.util.Set.of(), 0, List.of()));
        assertEquals(ErrorCode.INVALID, filter.code());
        HyprException asked = assertThrows(HyprException.class, () -> other.services().backends.choose("fake", java.util.Set.of(), 0, List.of()));
        assertEquals("No backend that fits fake can start this microVM here. fake was passed over: It has no engine.", asked.getMessage());
        other.close();
    }

    @Test
    void nobodyWaitsForABackendWhenTheEngineEnds() {
        var backends = new io.hypr.core.internal.backend.Backends();
        backends.close();
        long begin = System.nanoTime();
        HyprException e = assertThrows(HyprException.class, () -> backends.discard(new io.hypr.model.DriverRecord("gone", "id", 1, "{}")));
        assertEquals(ErrorCode.UNAVAILABLE, e.code());
        assertTrue(System.nanoTime() - begin < 3_000_000_000L, "it waited for the backend");
    }

    @Test
    void backendsAreChosenByNameFilterFacetsAndOrder() {
        var backends = new io.hypr.core.internal.backend.Backends();
        FakeBackend unknown = new FakeBackend(host.socket);
        unknown.availability = io.hypr.model.Availability.unknown("Its probe was interrupted.");
        backends.add(new FakeBackend(host.socket), Map.of("hypr.name", "qemu", "facet", new String[] {"vfio", "pausable"}));
        backends.add(new FakeBackend(host.socket), Map.of("hypr.name", "krun", "facet", "virtiofs", "hypr.shares", 4));
        backends.add(unknown, Map.of("hypr.name", "cloudhypervisor", "facet", List.of("vfio", "snapshot")));
        List<String> order = List.of("cloudhypervisor", "krun", "qemu");
        assertEquals(List.of("cloudhypervisor was passed over: Its probe was interrupted.", "krun was chosen: it is the first that can be used."),
            backends.choose(null, Set.of(), 0, order).reasons());
        assertEquals("qemu", backends.choose(null, Set.of(), 0, List.of("qemu")).name());
        assertEquals("qemu", backends.choose(null, Set.of("vfio"), 0, order).name());
        assertEquals("qemu", backends.choose("qemu", Set.of(), 0, order).name());
        assertEquals("krun", backends.choose(null, Set.of(), 4, order).name());
        assertEquals("krun was passed over: a microVM of it can have 4 volumes at most, and this one needs 5.",
            backends.choose(null, Set.of(), 5, order).reasons().get(1));
        assertEquals("qemu", backends.choose("(&(facet=pausable)(facet=vfio))", Set.of(), 0, order).name());
        unknown.availability = io.hypr.model.Availability.available();
        assertEquals("cloudhypervisor", backends.choose(null, Set.of(), 0, order).name());
        assertEquals("cloudhypervisor", backends.choose("(&(facet=snapshot)(facet=vfio))", Set.of(), 0, order).name());
        assertEquals(List.of("cloudhypervisor was passed over: qemu was asked for.", "krun was passed over: qemu was asked for.",
                "qemu was chosen: it is what was asked for."),
            backends.choose("qemu", Set.of(), 0, order).reasons());
        assertEquals("No backend fits (facet=quantum); there are: cloudhypervisor, krun, qemu.",
            assertThrows(HyprException.class, () -> backends.choose("(facet=quantum)", Set.of(), 0, order)).getMessage());
        assertEquals("No backend that fits krun can start this microVM here. krun was passed over: it cannot do vfio.",
            assertThrows(HyprException.class, () -> backends.choose("krun", Set.of("vfio"), 0, order)).getMessage());
    }
}
