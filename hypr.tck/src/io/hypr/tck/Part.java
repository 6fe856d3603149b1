package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;

/** A part of the contract of backends; its tests are run within {@link VmmBackendContract}, which makes what they work on and counts what they leave. */
abstract class Part {

    private final VmmBackendContract contract;
    private final String facet;

    Part(VmmBackendContract contract) {
        this(contract, null);
    }

    /** A part that concerns only backends whose service properties name a facet. */
    Part(VmmBackendContract contract, String facet) {
        this.contract = contract;
        this.facet = facet;
    }

    @BeforeEach
    void needsTheFacet() throws Exception {
        assumeTrue(facet == null || contract.facets().contains(facet), () -> "the backend has no facet " + facet);
    }

    final VmmBackendContract contract() {
        return contract;
    }

    final VmmBackend backend() throws Exception {
        return contract.backend();
    }

    final Fixture fixture() {
        return contract.fixture();
    }

    final String name() throws Exception {
        return contract.name();
    }

    final Set<String> facets() throws Exception {
        return contract.facets();
    }

    final List<DriverRecord> intents() {
        return contract.intents();
    }

    final VmSession launch(VmPlan plan) throws Exception {
        return contract.launch(contract.backend(), plan);
    }

    final VmSession launch(VmmBackend backend, VmPlan plan) {
        return contract.launch(backend, plan);
    }

    final VmSession attach(DriverRecord record) throws Exception {
        return contract.keep(contract.backend().attach(record));
    }

    final HyprException refused(VmPlan plan, ErrorCode code) throws Exception {
        VmmBackend backend = backend();
        HyprException refusal = assertThrows(HyprException.class, () -> launch(backend, plan));
        assertEquals(code, refusal.code(), refusal.getMessage());
        return refusal;
    }
}
