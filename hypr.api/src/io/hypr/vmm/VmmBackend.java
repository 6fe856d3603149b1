package io.hypr.vmm;

import java.util.function.Consumer;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;

/**
 * Starts microVMs with one hypervisor. Implemented by backend bundles and registered as an OSGi service with the properties
 * {@value #NAME} and {@value #FACETS}; called by the engine only.
 *
 * <p>
 * All methods may be called from several threads at once, also for different containers; for one container the engine makes one
 * call at a time. They may block. Neither {@link VmSession#close()} nor the end of the bundle stops a microVM: it runs on, and
 * another instance takes it over by {@link #attach}.
 *
 * <pre>
 * VmSession vm = backend.launch(plan, records::intend);
 * records.complete(vm.record());
 * try (ByteChannel link = vm.link()) {
 *     ...
 * }
 * </pre>
 */
@ConsumerType
public interface VmmBackend {

    /** Service property: the name by which users and records know the backend, such as {@code qemu}. Required. */
    String NAME = "hypr.name";

    /**
     * Service property: simple names, in lower case, of the facets ({@code pausable}, {@code resizable}, {@code hotplug}, ...) that sessions
     * of this backend can have, and of the kinds of devices it takes ({@code vfio}, {@code virtiofs}). String+; may be missing.
     */
    String FACETS = "facet";

    /**
     * Service property: how many shares a microVM can have at most, of a backend that takes {@code virtiofs}. Integer; missing where there is no limit that
     * matters.
     */
    String SHARES = "hypr.shares";

    /**
     * Says whether microVMs can be started here now. Costs at most 300 ms; what costs more is found out once per boot of the host and
     * remembered.
     *
     * @return {@code available}, or why not and what would help; never null
     */
    Availability probe();

    /**
     * Starts a microVM. When it returns, the VMM process runs with everything in the plan, and the guest is about to boot: nobody has
     * waited for it.
     *
     * @param plan what to start
     * @param intent called once, before anything exists on the host that would have to be cleaned up, with a record by which
     *        {@link #discard} can clean up after a crash at any later moment. It returns when the record is safe.
     * @return the session of the running microVM
     * @throws io.hypr.model.HyprException if it cannot be started; nothing is left behind then. {@code UNSUPPORTED} for a plan that asks
     *         for what this backend cannot do.
     */
    VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent);

    /**
     * Takes over a microVM that another instance launched, in this process or an earlier one. Measures what there is: a process is the
     * right one only if its start time is the recorded one too.
     *
     * @param record what {@link VmSession#record()} or the intent said
     * @return its session; its state is {@link VmState#ENDED} if the process is not there any more
     * @throws io.hypr.model.HyprException {@code CORRUPT} if the record cannot be read, {@code UNSUPPORTED} if its format is newer than this
     *         implementation
     */
    VmSession attach(DriverRecord record);

    /**
     * Ends the microVM if it runs and removes all that its launch made on the host: process, control group, sockets, files in the
     * run directory. Idempotent; also right for a launch that was interrupted anywhere. Never touches the disks of the plan.
     *
     * @param record what to remove
     */
    void discard(DriverRecord record);
}
