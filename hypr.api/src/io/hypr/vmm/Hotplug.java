package io.hypr.vmm;

import org.osgi.annotation.versioning.ConsumerType;

/** Facet of a {@link VmSession}: devices come and go while the guest runs. */
@ConsumerType
public interface Hotplug {

    /**
     * {@return by which it is removed again}
     *
     * @param disk to add, after those that are there
     */
    String plug(VmPlan.Disk disk);

    /**
     * {@return by which it is removed again}
     *
     * @param nic to add, after those that are there
     */
    String plug(VmPlan.Nic nic);

    /**
     * {@return by which it is removed again}
     *
     * @param device to pass through
     */
    String plug(VmPlan.PassThrough device);

    /**
     * Takes a device away and waits until the guest has let go of it.
     *
     * @param device what {@code plug} returned; unknown or gone is fine
     * @throws io.hypr.model.HyprException {@code TIMEOUT} if the guest does not let go within 10 s; it has the device still
     */
    void unplug(String device);
}
