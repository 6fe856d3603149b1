package io.hypr.vmm.host;

/**
 * Whether this host's KVM runs guests, and what a VMM needs to use it.
 *
 * @param works whether a guest was seen to run, and a VMM that is not root may open the device
 * @param reason a sentence for people, such as {@code This host has no /dev/kvm.}
 * @param remedy what to do about it; empty if it works
 * @param group numeric group that a VMM needs to open {@code /dev/kvm}; -1 for none
 */
public record Kvm(boolean works, String reason, String remedy, int group) {
}
