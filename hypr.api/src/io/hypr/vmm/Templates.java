package io.hypr.vmm;

import java.nio.file.Path;
import java.util.function.Consumer;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.DriverRecord;

/**
 * Facet of a {@link VmmBackend}: microVMs start from the memory of another that was saved by {@link Snapshots}, copy-on-write. A backend that has it
 * implements both interfaces, is registered for both with one service, and lists {@code templates} among its facets.
 */
@ConsumerType
public interface Templates {

    /**
     * Names the shape of a plan: two plans of one shape can start from the same template. It covers all that a template fixes and that is not the
     * container's own: version of the hypervisor and of this backend, accelerator, machine, kernel, initramfs, arguments, processors, memory, the number
     * and kinds of devices, the model of the host's processor. The same on every call as long as nothing of that changes.
     *
     * @param plan any plan
     * @return at most 512 characters; empty if a microVM of this plan cannot start from a template, such as one with a device passed through
     */
    String shape(VmPlan plan);

    /**
     * Starts a microVM from a template: as {@link VmmBackend#launch} in all else. The guest goes on at the moment when it was saved, with the disks,
     * taps and shares of this plan in the places of those of the template. The guest's MAC addresses are still those of the template's plan.
     *
     * @param template directory of a snapshot whose plan had the same shape; never changed, and needed as long as a microVM of it runs
     * @param plan what to start
     * @param intent as for {@link VmmBackend#launch}
     * @return the session of the running microVM
     * @throws io.hypr.model.HyprException if it cannot be started; nothing is left behind then. {@code CORRUPT} if the template is the reason: the caller
     *         throws it away and starts without one.
     */
    VmSession launch(Path template, VmPlan plan, Consumer<? super DriverRecord> intent);
}
