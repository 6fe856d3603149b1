package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.hypr.engine.ContainerState;
import io.hypr.model.HyprException;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/**
 * Looks after the room on the disk of the home. A VMM that finds none for what its guest writes stops the guest instead of losing the
 * write; nobody but this lets it go on. MicroVMs are looked at each time while room is short, else now and then: room can come and go
 * between two looks.
 */
final class DiskWatch {

    /** Less than this is short: a guest writes as much between two looks. */
    private static final long SHORT = 64L << 20;

    /** One look in so many is at the microVMs too, whatever room there is. */
    private static final int NOW_AND_THEN = 6;

    private final Engine engine;
    private boolean wasShort;
    /** The first look is at the microVMs: room can have come while no engine was there. */
    private int looks = NOW_AND_THEN - 1;

    DiskWatch(Engine engine) {
        this.engine = engine;
    }

    /** Takes one look; called again and again. */
    synchronized void look() {
        Path home = engine.settings().home();
        long free;
        try {
            free = Files.getFileStore(home).getUsableSpace();
        } catch (IOException e) {
            engine.log().warn("The room on the disk of {} cannot be found out.", home, e);
            return;
        }
        look(free);
    }

    synchronized void look(long free) {
        boolean isShort = free < SHORT;
        if (isShort && !wasShort) {
            engine.log().warn("The disk of {} has only {} MiB of room left; containers that find none wait for it.", engine.settings().home(), free >> 20);
        } else if (wasShort && !isShort) {
            engine.log().info("The disk of {} has room again.", engine.settings().home());
        }
        if (isShort || wasShort || ++looks % NOW_AND_THEN == 0) {
            engine.all().forEach(this::goOn);
        }
        wasShort = isShort;
    }

    /** If there still is no room, the guest's write fails again and stops it as before. */
    private void goOn(Container container) {
        Run run = container.run();
        if (run == null || !container.operation().tryLock()) {
            return;
        }
        try {
            if (container.state() == ContainerState.RUNNING && container.run() == run && run.hold().call(VmSession::state) == VmState.PAUSED) {
                run.hold().call(session -> session.facet(Pausable.class)).ifPresent(Pausable::resume);
            }
        } catch (HyprException e) {
            engine.log().warn("Whether container {} waits for room on the disk cannot be found out: {}", container.id(), e.getMessage());
        } finally {
            container.operation().unlock();
        }
    }
}
