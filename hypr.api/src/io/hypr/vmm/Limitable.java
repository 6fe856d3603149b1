package io.hypr.vmm;

import org.osgi.annotation.versioning.ConsumerType;

/** Facet of a {@link VmSession}: what the host gives the VMM beside others can change while the guest runs. */
@ConsumerType
public interface Limitable {

    /**
     * Holds the VMM to other limits than before. Idempotent.
     *
     * @param limits all of them, as a plan has them
     * @throws io.hypr.model.HyprException {@code UNSUPPORTED} if this host cannot hold it to them
     */
    void limits(VmPlan.Limits limits);
}
