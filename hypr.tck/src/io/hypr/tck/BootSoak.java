package io.hypr.tck;

import java.io.PrintStream;
import java.util.Arrays;

import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmmBackend;

/** Boots one microVM after the other, until each has said WELCOME, and tells how long that took and how many never did. */
public final class BootSoak {

    private BootSoak() {
    }

    /**
     * Boots microVMs.
     *
     * @param backend to start them with
     * @param boot kernel and agent
     * @param processors of each microVM
     * @param times how many
     * @param out to tell of failures and, at the end, of the whole
     * @return how many did not come up
     * @throws Exception if the host lacks what is needed
     */
    public static int run(VmmBackend backend, VmPlan.Boot boot, int processors, int times, PrintStream out) throws Exception {
        long[] launched = new long[times];
        long[] welcomed = new long[times];
        int good = 0;
        try (Fixture fixture = new Fixture(boot, Fixture::isInGroup)) {
            VmPlan plan = fixture.with(processors, fixture.plan().memory());
            for (int i = 0; i < times; i++) {
                long begin = System.nanoTime();
                VmSession vm = backend.launch(plan, record -> {
                });
                launched[good] = (System.nanoTime() - begin) / 1_000_000;
                try (vm) {
                    Guest.hello(vm, true).close();
                    welcomed[good] = (System.nanoTime() - begin) / 1_000_000;
                    good++;
                } catch (AssertionError e) {
                    out.println("boot " + (i + 1) + ": " + e.getMessage());
                } finally {
                    backend.discard(vm.record());
                }
            }
        }
        out.println(good + " of " + times + " came up; launch " + spread(launched, good) + "; launch to WELCOME " + spread(welcomed, good));
        return times - good;
    }

    private static String spread(long[] milliseconds, int count) {
        if (count == 0) {
            return "never";
        }
        long[] sorted = Arrays.copyOf(milliseconds, count);
        Arrays.sort(sorted);
        return "least %d, median %d, p99 %d, most %d ms".formatted(
                sorted[0], sorted[count / 2], sorted[Math.min(count - 1, count * 99 / 100)], sorted[count - 1]);
    }
}
