package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** How a microVM ends, and how its end is seen. */
abstract class ExitContract extends Part {

    ExitContract(VmmBackendContract contract) {
        super(contract);
    }

    @Test
    void aGuestThatShutsDownEndsTheVmm() throws Exception {
        VmSession vm = launch(fixture().plan());
        try (Guest guest = Guest.hello(vm, true)) {
            guest.shutDown();
            assertTrue(vm.awaitExit(VmmBackendContract.LONG), "the VMM has ended");
        }
        assertEquals(VmState.ENDED, vm.state());
        assertEquals(ErrorCode.UNAVAILABLE, assertThrows(HyprException.class, vm::link).code());
        assertDoesNotThrow(vm::kill);
        assertDoesNotThrow(vm::powerOff);
    }

    /** Without a first program the kernel panics, and then resets the machine. */
    @Test
    void aGuestWhoseKernelPanicsEndsTheVmmWhichTellsWhy() throws Exception {
        VmSession vm = launch(fixture().withArguments(List.of("rdinit=/no-such", "init=/no-such")));
        assertTrue(vm.awaitExit(VmmBackendContract.LONG), "the VMM has ended");
        assertEquals(0, vm.pid());
        assertEquals(VmState.ENDED, vm.state());
        String reason = vm.ending();
        if (contract().tellsWhy()) {
            assertTrue(reason.matches("The guest's kernel panicked: VFS: Unable to mount root fs.*"), reason);
        }
        assertEquals(reason, attach(vm.record()).ending(), "whoever takes it over learns it as well");
    }

    @Test
    void aGuestWhoseKernelPanicsAndStaysTellsWhy() throws Exception {
        assumeTrue(contract().tellsWhy(), "this backend does not tell why");
        VmSession vm = launch(fixture().withArguments(List.of("rdinit=/no-such", "init=/no-such", "panic=0")));
        Fixture.await("it is told of the panic", () -> vm.ending().matches("The guest's kernel panicked: VFS: Unable to mount root fs.*"));
        assertFalse(vm.awaitExit(Duration.ZERO), "it stays");
    }

    @Test
    void killEndsTheVmmAtOnceAndTwiceIsFine() throws Exception {
        VmSession vm = launch(fixture().plan());
        assertFalse(vm.awaitExit(Duration.ZERO), "it runs");
        assertEquals("", vm.ending());
        long vmm = vm.pid();
        vm.kill();
        assertTrue(vm.awaitExit(Duration.ZERO), "it has ended when kill returns");
        assertFalse(fixture().processes().contains(vmm), "its process is gone");
        assertEquals(VmState.ENDED, vm.state());
        assertEquals("", vm.ending(), "whoever ended it knows why");
        vm.kill();
        assertEquals(0, vm.pid());
        Fixture.await("who wrote its log ends with it", () -> fixture().isIdle());
    }

    @Test
    void waitingEndsWhenTheVmmDoes() throws Exception {
        VmSession vm = launch(fixture().plan());
        CompletableFuture<Boolean> end = awaiting(vm);
        vm.kill();
        assertTrue(end.get(VmmBackendContract.LONG.toSeconds(), TimeUnit.SECONDS));
    }

    @Test
    void closingLeavesTheMicroVmRunningAndEndsTheWait() throws Exception {
        VmSession vm = launch(fixture().plan());
        long vmm = vm.pid();
        CompletableFuture<Boolean> end = awaiting(vm);
        vm.close();
        vm.close();
        ExecutionException ended = assertThrows(ExecutionException.class, () -> end.get(VmmBackendContract.LONG.toSeconds(), TimeUnit.SECONDS));
        assertEquals(ErrorCode.GONE, assertInstanceOf(HyprException.class, ended.getCause()).code());
        assertTrue(fixture().processes().contains(vmm), "the VMM runs on");
        assertEquals(VmState.RUNNING, attach(vm.record()).state());
    }

    private static CompletableFuture<Boolean> awaiting(VmSession vm) throws InterruptedException {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        Thread waiter = Thread.ofPlatform().start(() -> {
            try {
                end.complete(vm.awaitExit(null));
            } catch (InterruptedException | RuntimeException e) {
                end.completeExceptionally(e);
            }
        });
        while (waiter.getState() == Thread.State.NEW || waiter.getState() == Thread.State.RUNNABLE && !end.isDone()) {
            Thread.onSpinWait();
        }
        return end;
    }
}
