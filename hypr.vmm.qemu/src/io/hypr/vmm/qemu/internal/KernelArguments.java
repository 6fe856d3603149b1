package io.hypr.vmm.qemu.internal;

import java.util.ArrayList;
import java.util.List;

/** The guest kernel's command line. What the user asked for comes last, where the kernel lets it win. */
final class KernelArguments {

    /** QEMU's local APIC timer counts nanoseconds. */
    private static final int APIC_TIMER_KHZ = 1_000_000;

    private KernelArguments() {
    }

    /**
     * @param machine of the guest
     * @param accelerator of the guest
     * @param tscKhz frequency of the host's time stamp counter, which is the guest's too; 0 = not known
     * @param asked for by the user
     * @return the whole line
     */
    static String of(Machine machine, Accelerator accelerator, long tscKhz, List<String> asked) {
        List<String> words = new ArrayList<>(
                List.of("console=hvc0", "quiet", "panic=-1", "reboot=t", "no_timer_check", "rcupdate.rcu_expedited=1", "8250.nr_uarts=0"));
        if (machine == Machine.MICROVM) {
            words.add("acpi=off");
        }
        if (!accelerator.isKvm()) {
            // Measuring clocks against one another fails now and then when the emulator's thread does not run all the time: the
            // guest hangs for good. So nothing is measured, and nothing is declared unstable later.
            words.add("tsc=reliable");
            words.add("lapic_timer_khz=" + APIC_TIMER_KHZ);
            if (tscKhz > 0) {
                words.add("tsc_early_khz=" + tscKhz);
            }
        }
        words.addAll(asked);
        return String.join(" ", words);
    }
}
