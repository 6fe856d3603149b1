package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;

/** Network interfaces. */
abstract class NetworkContract extends Part {

    NetworkContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void theGuestHasTheInterfaceThatWasPlanned() throws Exception {
        try (Fixture.Network network = contract().network(fixture().plan().jail().uid())) {
            VmSession vm = launch(fixture().withNic(network.name(), "02:42:ac:11:00:02"));
            try (Guest guest = Guest.hello(vm, true)) {
                assertEquals(0, guest.setUpInterface("/dev/vda", "02:42:ac:11:00:02"));
            }
        }
    }

    @Test
    void aNetworkThatIsMissingIsAnErrorThatNamesIt() throws Exception {
        HyprException refusal = refused(fixture().withNic(contract().missingNetwork(), "02:42:ac:11:00:02"), ErrorCode.NOT_FOUND);
        assertTrue(refusal.getMessage().contains(contract().missingNetwork()), refusal.getMessage());
        assertEquals(List.of(), fixture().traces());
    }
}
