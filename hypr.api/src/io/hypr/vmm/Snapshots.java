package io.hypr.vmm;

import java.nio.file.Path;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Facet of a {@link VmSession} whose plan asks for {@code snapshots}: the state of the microVM can be saved, so that others start from it by {@link Templates}.
 * Disks, taps and shares are not part of what is saved. Such a microVM gives way to others: nobody waits for it.
 */
@ConsumerType
public interface Snapshots {

    /**
     * Saves memory and devices. The guest's processors are stopped and stay stopped: what follows is {@link VmSession#kill()}, or {@link Pausable#resume()}
     * where the session has it.
     *
     * @param directory an empty directory; only this backend knows what the files in it are. Removing the directory removes the snapshot.
     * @return bytes that the snapshot takes on the disk
     * @throws io.hypr.model.HyprException if it could not be saved; what the directory holds is of no use then
     */
    long save(Path directory);
}
