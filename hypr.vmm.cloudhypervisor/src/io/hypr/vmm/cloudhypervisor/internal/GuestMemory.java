package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import io.hypr.vmm.host.VmmDirectory;

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

    /** Makes the file in the run directory that is memory which can be saved, full of holes. */
    static void make(VmmDirectory run, long bytes) throws IOException {
        Path memory = run.file(Names.MEMORY);
        Files.createFile(memory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (RandomAccessFile file = new RandomAccessFile(memory.toFile(), "rw")) {
            file.setLength(bytes);
        }
        run.give(memory);
    }
}
