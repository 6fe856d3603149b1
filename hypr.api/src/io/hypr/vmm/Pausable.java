package io.hypr.vmm;

import org.osgi.annotation.versioning.ConsumerType;

/** Facet of a {@link VmSession}: the guest's processors can be stopped and go on where they were. Both calls are idempotent and return when it is so. */
@ConsumerType
public interface Pausable {

    /** Stops the guest's processors. */
    void pause();

    /** Lets them go on. */
    void resume();
}
