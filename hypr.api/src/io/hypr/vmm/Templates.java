package io.hypr.vmm;

import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

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
     * taps and shares of this plan in the places of those of the template. The guest's MAC addresses are still those of the template's
     * plan. The link that is opened first goes on where that of the template was: what is said on it at once reaches the guest.
     *
     * @param template directory of a snapshot whose plan had the same shape; never changed, and needed as long as a microVM of it runs
     * @param plan what to start
     * @param intent as for {@link VmmBackend#launch}
     * @return the session of the running microVM
     * @throws io.hypr.model.HyprException if it cannot be started; nothing is left behind then. {@code CORRUPT} if the template is the reason: the caller
     *         throws it away and starts without one. {@code UNSUPPORTED} if this plan cannot start from it although others of its shape
     *         can: the caller starts without one. A read-only disk, for example, may have to be no larger than that of the template, and
     *         the guest keeps believing it to be as large.
     */
    VmSession launch(Path template, VmPlan plan, Consumer<? super DriverRecord> intent);

    /**
     * Starts a microVM from a template as {@link #launch} does, but for its processors: they stand still until {@link Pausable#resume}, which its session has.
     * Nobody opens its link before. However long it stands still, it goes on as if it had just been started.
     *
     * @param template as for {@link #launch}
     * @param plan what to start
     * @param intent as for {@link VmmBackend#launch}
     * @return the session of the paused microVM
     * @throws io.hypr.model.HyprException as {@link #launch} does; {@code UNSUPPORTED}, too, if this backend cannot have one wait
     */
    default VmSession restore(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        throw new HyprException(ErrorCode.UNSUPPORTED, "A microVM of this backend cannot wait for its start.");
    }

    /**
     * Says which templates there are. What the backend holds of others, such as their memory, it lets go; microVMs that were made of them go on.
     *
     * @param templates directories, as they are given to {@link #launch}
     */
    default void keep(Set<Path> templates) {
        // A backend that holds nothing has nothing to let go.
    }
}
