package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Hotplug;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.Resizable;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.VmSession;

/** What a plan may ask for beyond the ordinary, and what a session offers. */
abstract class FacetContract extends Part {

    /** By the values of the service property. */
    private static final Map<String, Class<?>> TYPES =
            Map.of("limitable", Limitable.class, "pausable", Pausable.class, "reclaim", Reclaim.class, "resizable", Resizable.class, "hotplug", Hotplug.class,
        "snapshots", Snapshots.class);

    FacetContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void unknownOptionsAreRefusedByName() throws Exception {
        HyprException refusal = refused(fixture().withOptions(Map.of("no-such-option", "1")), ErrorCode.INVALID);
        assertTrue(refusal.getMessage().contains("no-such-option"), refusal.getMessage());
        assertEquals(List.of(), intents());
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void facetsThatAreMissingAreRefused() throws Exception {
        refused(fixture().withFacets(Set.of("no-such-facet")), ErrorCode.UNSUPPORTED);
        assertEquals(List.of(), fixture().traces());
    }

    @Test
    void facetsAreThereAsPromised() throws Exception {
        VmSession vm = launch(fixture().withFacets(facets()));
        for (Map.Entry<String, Class<?>> facet : TYPES.entrySet()) {
            assertEquals(facets().contains(facet.getKey()), vm.facet(facet.getValue()).isPresent(), facet.getKey());
        }
        assertTrue(vm.facet(Runnable.class).isEmpty());
    }
}
