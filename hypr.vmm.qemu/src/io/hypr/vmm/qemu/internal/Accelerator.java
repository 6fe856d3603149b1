package io.hypr.vmm.qemu.internal;

import io.hypr.vmm.host.Kvm;

/**
 * What carries out the guest's instructions, and why it is that.
 *
 * @param name {@code kvm} or {@code tcg}
 * @param reason a sentence for people
 * @param group numeric group that QEMU needs to open {@code /dev/kvm}; -1 for none
 */
public record Accelerator(String name, String reason, int group) {

    static final String KVM = "kvm";
    static final String TCG = "tcg";

    static Accelerator emulation(String reason) {
        return new Accelerator(TCG, reason, -1);
    }

    /**
     * Chooses by what was found out about KVM.
     *
     * @param kvm of this host
     * @return KVM if it works, else emulation
     */
    public static Accelerator of(Kvm kvm) {
        return kvm.works() ? new Accelerator(KVM, kvm.reason(), kvm.group())
                : emulation(kvm.reason().replaceFirst("\\.$", "") + ", so microVMs are emulated.");
    }

    /** @return whether it is KVM */
    public boolean isKvm() {
        return name.equals(KVM);
    }
}
