package io.hypr.vmm;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Facet of a {@link VmSession}: devices come and go while the guest runs. A session has it if the plan asked for the facet {@code hotplug}, for which a VMM may
 * need a larger machine and a wider jail. What is plugged stays with the microVM over changes of the backend, and goes with it. Called from any thread.
 */
@ConsumerType
public interface Hotplug {

    /**
     * {@return by which it is removed again}
     *
     * @param disk to add, after those that are there
     * @throws io.hypr.model.HyprException {@code NOT_FOUND} if it is not there, {@code IN_USE} if another microVM writes to it
     */
    String plug(VmPlan.Disk disk);

    /**
     * {@return by which it is removed again}
     *
     * @param nic to add, after those that are there; it has a tap
     * @throws io.hypr.model.HyprException {@code NOT_FOUND} if there is no such tap
     */
    String plug(VmPlan.Nic nic);

    /**
     * {@return by which it is removed again}
     *
     * @param device to pass through
     * @throws io.hypr.model.HyprException {@code NOT_FOUND} or {@code CONFLICT} if it is not there or not bound for that, {@code UNSUPPORTED} if the microVM
     *         gives memory back
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
