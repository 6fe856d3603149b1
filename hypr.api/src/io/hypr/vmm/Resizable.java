package io.hypr.vmm;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Facet of a {@link VmSession}: processors and memory can grow and shrink while the guest runs. Calls are idempotent and return when the
 * VMM has taken the change.
 */
@ConsumerType
public interface Resizable {

    /** {@return virtual processors that the guest has now} */
    int processors();

    /**
     * Changes the number of processors.
     *
     * @param count what the guest shall have: 1 to the plan's {@code maxProcessors}
     * @throws io.hypr.model.HyprException {@code INVALID} beyond it
     */
    void processors(int count);

    /** {@return bytes of memory that the guest was given; what a balloon holds counts} */
    long memory();

    /**
     * Changes the memory.
     *
     * @param bytes what the guest shall have: the plan's {@code memory} to its {@code maxMemory}, a multiple of 2 MiB
     * @throws io.hypr.model.HyprException {@code INVALID} beyond it
     */
    void memory(long bytes);
}
