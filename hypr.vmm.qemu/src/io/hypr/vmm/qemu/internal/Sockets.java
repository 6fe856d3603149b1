package io.hypr.vmm.qemu.internal;

import io.hypr.vmm.host.VmmDirectory;

/** Names of sockets in the run directory of a microVM. */
final class Sockets {

    /** Where the daemon listens until QEMU has started. */
    static final String STARTED = "started";
    /** Where the daemon listens while QEMU sends its state. */
    static final String SAVED = "saved";
    /** QEMU's monitor. */
    static final String MONITOR = VmmDirectory.OWN + "/qmp";
    /** The link. */
    static final String LINK = VmmDirectory.OWN + "/link";

    private Sockets() {
    }
}
