package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VmmDirectory;

/** Lets a QEMU that waits for a state go on from that of a template. */
final class Restore {

    /** Of a migration whose memory lies in a file: QEMU leaves out memory that is shared, both when it saves and when it loads. */
    static final Map<String, ?> WITHOUT_MEMORY = Map.of("capabilities", List.of(
        Map.of("capability", "x-ignore-shared", "state", true), Map.of("capability", "events", "state", true)));

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final VmPlan plan;
    private final VmmDirectory run;
    private final TemplateFiles.Description template;
    private final int state;
    private final boolean paused;
    private SocketChannel link;

    /** The state is a descriptor that QEMU has open. A guest that is paused does not go on before it is told to. */
    Restore(VmPlan plan, VmmDirectory run, TemplateFiles.Description template, int state, boolean paused) {
        this.plan = plan;
        this.run = run;
        this.template = template;
        this.state = state;
        this.paused = paused;
    }

    /**
     * The link is connected before the guest goes on, as it was when the template was saved: the guest sees no change, and cannot miss what is said
     * to it at once.
     */
    void go(Qmp qmp) {
        try {
            link = SocketChannel.open(StandardProtocolFamily.UNIX);
            link.connect(UnixDomainSocketAddress.of(run.file(Sockets.LINK)));
            qmp.execute("migrate-set-capabilities", WITHOUT_MEMORY);
            if (paused) {
                qmp.execute("stop", Map.of());
            }
            qmp.execute("migrate-incoming", Map.of("uri", "fd:" + state));
            awaitState(qmp);
            for (int i = 0; i < plan.disks().size(); i++) {
                resize(qmp, i, plan.disks().get(i));
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "QEMU does not take the connection at " + run.file(Sockets.LINK) + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while QEMU was starting from a template.", e);
        }
    }

    /** What goes on has its state, and says so sooner than the migration does. A state that cannot be loaded ends QEMU. */
    private void awaitState(Qmp qmp) throws InterruptedException {
        if (!paused) {
            qmp.awaitEvent("RESUME", LIMIT);
            return;
        }
        String status;
        do {
            status = qmp.awaitEvent("MIGRATION", LIMIT).path("status").asText();
        } while (!status.equals("completed"));
    }

    /** The guest learns how large its writable disk is. Of a read-only one QEMU cannot tell it: it keeps the capacity of the template's, which is larger. */
    private void resize(Qmp qmp, int index, VmPlan.Disk disk) throws IOException {
        long size = Files.size(disk.file());
        if (template.grows(index, disk, size)) {
            qmp.execute("block_resize", Map.of("node-name", TemplateFiles.disk(index), "size", size));
        }
    }

    /** Closes the connection to the guest, if there is one. */
    void hangUp() {
        try {
            if (link != null) {
                link.close();
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The connection at " + run.file(Sockets.LINK) + " cannot be closed.", e);
        }
    }

    /** @return the connection to the guest; null if it came not so far */
    SocketChannel link() {
        return link;
    }
}
