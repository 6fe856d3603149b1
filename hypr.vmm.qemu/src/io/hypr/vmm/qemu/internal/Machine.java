package io.hypr.vmm.qemu.internal;

import java.util.Locale;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** The machines that guests get. */
enum Machine {
    /** No PCI, no ACPI, devices on virtio-mmio: the quickest to boot. */
    MICROVM("device"),
    /** A PC with PCI Express, for devices that need it. */
    Q35("pci");

    /** How many virtio-mmio devices QEMU's microvm has room for. */
    static final int MICROVM_SLOTS = 8;
    /** Link, entropy and balloon. */
    private static final int OWN_DEVICES = 3;

    private final String suffix;

    Machine(String suffix) {
        this.suffix = suffix;
    }

    /**
     * Chooses the machine for a plan.
     *
     * @param plan what is to be started
     * @param wanted {@code auto}, {@code microvm} or {@code q35}
     * @return the machine
     * @throws HyprException {@code UNSUPPORTED} if the machine that is wanted cannot have what is in the plan
     */
    static Machine of(VmPlan plan, String wanted) {
        int slots = OWN_DEVICES + plan.disks().size() + plan.nics().size() + plan.shares().size();
        boolean fits = slots <= MICROVM_SLOTS && plan.devices().isEmpty();
        if (wanted.equals("q35") || wanted.equals(Settings.AUTO) && !fits) {
            return Q35;
        }
        if (!fits) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "The machine microvm has room for " + MICROVM_SLOTS + " virtio devices and no PCI; this container needs "
                    + slots + " virtio devices and " + plan.devices().size() + " PCI devices.")
                    .remedy("Leave the machine to HYPR (--vmm-opt machine=auto), or ask for q35.");
        }
        return MICROVM;
    }

    /** @return QEMU's name of a virtio device on this machine */
    String virtio(String what) {
        return "virtio-" + what + "-" + suffix;
    }

    /** @return how QEMU's names of devices for this machine end */
    String suffix() {
        return suffix;
    }

    /** @return QEMU's name of the machine */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
