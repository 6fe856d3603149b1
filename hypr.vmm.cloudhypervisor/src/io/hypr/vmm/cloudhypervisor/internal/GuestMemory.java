package io.hypr.vmm.cloudhypervisor.internal;

import java.nio.file.Path;

/**
 * Where the guest's memory comes from. Memory in a file that has a name is left out of what Cloud Hypervisor saves.
 *
 * @param file that is the memory; null = Cloud Hypervisor's own
 * @param copied whether what the guest writes is its own and the file stays what it is, as that of a template
 */
record GuestMemory(Path file, boolean copied) {

    /** Memory of Cloud Hypervisor alone, which cannot be saved. */
    static final GuestMemory OWN = new GuestMemory(null, false);

    /** Memory that can be saved: what the guest writes is in the file. */
    static GuestMemory saveable(Path file) {
        return new GuestMemory(file, false);
    }

    /** Memory of a template. */
    static GuestMemory copyOf(Path file) {
        return new GuestMemory(file, true);
    }
}
