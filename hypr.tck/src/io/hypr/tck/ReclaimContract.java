package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** The facet {@code reclaim}. */
abstract class ReclaimContract extends Part {

    ReclaimContract(VmmBackendContract contract) {
        super(contract, "reclaim");
    }

    @Test
    void theBalloonTakesMemoryAndGivesItBack() throws Exception {
        VmPlan plan = fixture().with(1, 256L << 20);
        VmSession vm = launch(plan);
        try (Guest _ = Guest.hello(vm, true)) {
            Reclaim reclaim = vm.facet(Reclaim.class).orElseThrow();
            assertEquals(plan.memory(), reclaim.memory());
            reclaim.target(160L << 20);
            Fixture.await("the guest gives memory back", () -> reclaim.memory() == 160L << 20);
            reclaim.target(plan.memory());
            Fixture.await("the guest has its memory again", () -> reclaim.memory() == plan.memory());
            assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> reclaim.target(plan.memory() + 1)).code());
        }
    }
}
