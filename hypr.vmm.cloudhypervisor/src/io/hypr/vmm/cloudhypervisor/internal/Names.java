package io.hypr.vmm.cloudhypervisor.internal;

import io.hypr.vmm.host.VmmDirectory;

/** Names in the run directory of a microVM. */
final class Names {

    /** Socket of the API, the daemon's: who has it has the microVM. */
    static final String API = "api";
    /** The guest's memory, if it can be saved. */
    static final String MEMORY = "memory";
    /** Cloud Hypervisor's own end of the guest's vsock. */
    static final String VSOCK = VmmDirectory.OWN + "/vsock";
    /** Where the guest's connections to port 1024 of the host arrive. */
    static final String LINK = VSOCK + "_1024";
    /** The kernel, by a link that is gone once the guest has booted. */
    static final String KERNEL = VmmDirectory.OWN + "/vmlinux";
    /** What Cloud Hypervisor reports of itself, JSON objects in a row; the end of it. */
    static final String EVENTS = VmmDirectory.OWN + "/events";
    /** Where Cloud Hypervisor puts its state when it is saved. */
    static final String SAVED = VmmDirectory.OWN + "/saved";
    /** Where it finds the state from which it goes on. */
    static final String RESTORED = VmmDirectory.OWN + "/restored";

    /** Where a disk is shown while it is plugged, if the plan asks for hot plugging; the daemon's. */
    static final String PLUGGED = "plugged";

    private Names() {
    }
}
