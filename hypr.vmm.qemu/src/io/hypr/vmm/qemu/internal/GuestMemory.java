package io.hypr.vmm.qemu.internal;

import java.nio.file.Path;

/**
 * Where the guest's memory comes from.
 *
 * @param file that is the memory; null = QEMU's own memory, which cannot be saved
 * @param state of the devices in a template, which the guest goes on from; null = the guest boots
 */
record GuestMemory(Path file, Path state) {

    /** Memory of QEMU alone. */
    static final GuestMemory PRIVATE = new GuestMemory(null, null);

    /** Memory that can be saved: what the guest writes is in the file. */
    static GuestMemory saveable(Path file) {
        return new GuestMemory(file, null);
    }

    /** Memory of a template: what the guest writes is its own, and the file stays what it is. */
    static GuestMemory copyOf(Path file, Path state) {
        return new GuestMemory(file, state);
    }

    boolean isFile() {
        return file != null;
    }

    boolean isTemplate() {
        return state != null;
    }
}
