package io.hypr.vmm;

import org.osgi.annotation.versioning.ConsumerType;

/** Facet of a {@link VmSession}: memory that the guest does not use goes back to the host. */
@ConsumerType
public interface Reclaim {

    /** {@return bytes of the host's memory that the guest can use now} */
    long memory();

    /**
     * Asks the guest, by its balloon, to get by with less, or to use more again.
     *
     * @param bytes what the guest shall have, up to the plan's memory
     */
    void target(long bytes);
}
