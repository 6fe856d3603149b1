package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import io.hypr.model.Availability;
import io.hypr.vmm.VmmBackend;

/** Whether microVMs can be started here. */
abstract class ProbeContract extends Part {

    /** In nanoseconds, as the contract of {@code probe} promises. */
    private static final long MOST = 300_000_000;

    ProbeContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void probingAgainIsCheapAndSaysTheSame() throws Exception {
        VmmBackend backend = backend();
        Availability first = backend.probe();
        long begin = System.nanoTime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            assertEquals(first, backend.probe());
            least = Math.min(least, System.nanoTime() - begin);
            begin = System.nanoTime();
        }
        assertTrue(least <= MOST, "the quickest of five took " + least / 1_000_000 + " ms");
        assertEquals(first, backend().probe(), "another instance says the same");
    }

    @Test
    void probingLeavesNothing() throws Exception {
        backend().probe();
        fixture().assertGone();
    }
}
