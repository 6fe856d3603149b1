package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.ShareFileSystem;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.host.ControlGroups;
import io.hypr.vmm.host.LinkHold;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmLog;
import io.hypr.vmm.host.VmmProcess;
import io.hypr.vmm.host.VmmRefusal;

/** A hold on one QEMU. Remembers nothing of what the microVM does: each call connects to the monitor, asks, and hangs up. */
public final class QemuSession implements VmSession, Limitable, Pausable, Reclaim, Snapshots {

    private static final Duration ANSWER = Duration.ofSeconds(10);
    /** directio: what is read or written is asked of the host each time, which may have changed it; cache=mmap: writable mappings, which need pages. */
    private static final ShareFileSystem NINE_P = new ShareFileSystem("9p", "trans=virtio,version=9p2000.L,msize=262144,cache=mmap,directio");

    private final DriverRecord record;
    private final VmmDirectory run;
    private final Path log;
    private final ControlGroups groups;
    private final String cgroup;
    private final long memory;
    private final boolean pinned;
    private final ShareFileSystem shares;
    private LinkHold hold;
    private final VmmProcess process;
    private final Integer memoryDescriptor;
    private SocketChannel link;
    private SocketChannel connected;

    /** The process is null if it had ended before. */
    QemuSession(DriverRecord record, QemuRecord content, VmmProcess process, ControlGroups groups) {
        this(record, content, process, groups, null);
    }

    /** The connection, or null, is the link when it is opened first. */
    QemuSession(DriverRecord record, QemuRecord content, VmmProcess process, ControlGroups groups, SocketChannel connected) {
        this.record = record;
        this.groups = groups;
        this.cgroup = content.cgroup();
        this.run = content.directory();
        this.log = Path.of(content.log());
        this.memory = content.memory();
        this.memoryDescriptor = content.memoryDescriptor();
        this.pinned = !content.devices().isEmpty();
        this.shares = content.shares().equals(Settings.NINE_P) ? NINE_P : ShareFileSystem.VIRTIOFS;
        this.process = process;
        this.connected = connected;
    }

    @Override
    public DriverRecord record() {
        return record;
    }

    @Override
    public ShareFileSystem shares() {
        return shares;
    }

    @Override
    public long pid() {
        return isAlive() ? process.pid() : 0;
    }

    @Override
    public VmState state() {
        if (!isAlive()) {
            return VmState.ENDED;
        }
        try {
            return ask("query-status", Map.of()).path("running").asBoolean() ? VmState.RUNNING : VmState.PAUSED;
        } catch (HyprException e) {
            if (!isAlive()) {
                return VmState.ENDED;
            }
            throw e;
        }
    }

    @Override
    public boolean awaitExit(Duration limit) throws InterruptedException {
        return process == null || process.awaitExit(limit);
    }

    @Override
    public String ending() {
        if (!isAlive()) {
            new VmmLog(log).settle();
        }
        return run.panic(log);
    }

    /** On q35 ACPI tells the guest; microvm has no power button. */
    @Override
    public void powerOff() {
        if (isAlive()) {
            ask("system_powerdown", Map.of());
        }
    }

    @Override
    public void kill() {
        if (process != null) {
            process.kill();
        }
    }

    @Override
    public synchronized ByteChannel link() {
        if (!isAlive()) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The microVM " + record.id() + " has ended: it has no link.");
        }
        try {
            if (connected != null) {
                link = connected;
                connected = null;
                hold = LinkHold.take(run.holder(), link);
                return link;
            }
            hangUp();
            link = SocketChannel.open(StandardProtocolFamily.UNIX);
            hold = LinkHold.take(run.holder(), link);
            link.connect(UnixDomainSocketAddress.of(run.file(Sockets.LINK)));
            return link;
        } catch (IOException e) {
            throw silence(Sockets.LINK, e);
        }
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
        boolean has = type == Limitable.class || type == Pausable.class
            || type == Reclaim.class && !pinned || type == Snapshots.class && memoryDescriptor != null;
        return has ? Optional.of(type.cast(this)) : Optional.empty();
    }

    @Override
    public void limits(VmPlan.Limits limits) {
        groups.limit(cgroup, limits);
    }

    @Override
    public void pause() {
        ask("stop", Map.of());
    }

    @Override
    public void resume() {
        ask("cont", Map.of());
    }

    @Override
    public long memory() {
        return ask("query-balloon", Map.of()).path("actual").asLong();
    }

    @Override
    public void target(long bytes) {
        if (bytes < 1 || bytes > memory) {
            throw new HyprException(ErrorCode.INVALID, "The microVM " + record.id() + " can have 1 to " + memory + " bytes of memory, not " + bytes + ".");
        }
        ask("balloon", Map.of("value", bytes));
    }

    @Override
    public long save(Path directory) {
        if (!isAlive() || memoryDescriptor == null) {
            throw new HyprException(ErrorCode.CONFLICT,
                    "The microVM " + record.id() + (isAlive() ? " was not started so that it can be saved." : " has ended."));
        }
        return new Save(process.pid(), run, memoryDescriptor).into(new TemplateFiles(directory, QemuRecord.OWNER));
    }

    @Override
    public synchronized void close() {
        hangUp();
        if (process != null) {
            process.close();
        }
    }

    private void hangUp() {
        try {
            if (hold != null) {
                hold.close();
            }
            if (link != null) {
                link.close();
            } else if (connected != null) {
                connected.close();
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The link to microVM " + record.id() + " cannot be closed.", e);
        }
    }

    private boolean isAlive() {
        return process != null && process.isAlive();
    }

    private JsonNode ask(String command, Map<String, ?> arguments) {
        if (!isAlive()) {
            throw new HyprException(ErrorCode.CONFLICT, "The microVM " + record.id() + " has ended.");
        }
        try (Qmp qmp = Qmp.connect(run.file(Sockets.MONITOR), ANSWER)) {
            return qmp.execute(command, arguments);
        } catch (IOException | HyprException e) {
            throw silence(Sockets.MONITOR, e);
        }
    }

    private HyprException silence(String socket, Exception cause) {
        return VmmRefusal.ofSilence(this, "QEMU", run.file(socket), run, log, cause);
    }
}
