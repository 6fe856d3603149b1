package io.hypr.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** The implementation is replaced while it is in use. */
abstract class SwapContract extends Part {

    private static final int CALLERS = 100;

    SwapContract(VmmBackendContract contract) {
        super(contract);
    }

    /** As the engine does it: the successor attaches, callers move on to its session, the old session is closed under those who are in it still. */
    @Test
    void hundredCallsUnderWayEndOrAreGoneAndTheSuccessorGoesOn() throws Exception {
        VmSession old = launch(fixture().plan());
        byte[] boot;
        try (Guest guest = Guest.hello(old, true)) {
            boot = guest.bootId();
        }
        AtomicReference<VmSession> current = new AtomicReference<>(old);
        AtomicInteger before = new AtomicInteger();
        CountDownLatch underWay = new CountDownLatch(CALLERS);
        CountDownLatch served = new CountDownLatch(CALLERS);
        VmSession next;
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> calls = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                calls.add(threads.submit(() -> call(current, old, underWay, before, served)));
            }
            assertTrue(underWay.await(VmmBackendContract.LONG.toSeconds(), TimeUnit.SECONDS), "the callers call");
            next = contract().keep(contract().successor().attach(old.record()));
            current.set(next);
            old.close();
            for (Future<?> call : calls) {
                call.get(VmmBackendContract.LONG.toSeconds(), TimeUnit.SECONDS);
            }
        }
        assertTrue(before.get() >= CALLERS, "calls that the first implementation carried out: " + before);
        assertEquals(0, served.getCount(), "callers whom the successor has not served");
        try (Guest guest = Guest.hello(next, false)) {
            assertArrayEquals(boot, guest.bootId(), "the guest ran on");
        }
    }

    /** Asks what the microVM does, again and again, until the successor has said it; only {@code GONE} may come in between, and only from the old one. */
    private static Void call(AtomicReference<VmSession> current, VmSession old, CountDownLatch underWay, AtomicInteger before, CountDownLatch served) {
        while (true) {
            VmSession vm = current.get();
            try {
                assertEquals(VmState.RUNNING, vm.state());
                if (vm != old) {
                    served.countDown();
                    return null;
                }
                before.incrementAndGet();
                underWay.countDown();
            } catch (HyprException e) {
                if (vm != old || e.code() != ErrorCode.GONE) {
                    throw e;
                }
            }
        }
    }
}
