package io.hypr.krun;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmLog;
import io.hypr.vmm.host.VmmRefusal;

/**
 * A hold on one {@code hypr-krun}. The program answers no questions: what it does is seen from its process, and to stop the process is to
 * pause the microVM.
 */
final class KrunSession implements VmSession, Pausable {

    private final DriverRecord record;
    private final KrunRecord content;
    private final RunDirectory run;
    private final Platform platform;
    private HostProcess process;
    private SocketChannel link;
    private boolean closed;

    KrunSession(DriverRecord record, KrunRecord content, Platform platform) {
        this.record = record;
        this.content = content;
        this.run = content.directory();
        this.platform = platform;
    }

    /** Finds the process. */
    synchronized KrunSession hold() {
        process = platform.find(run).orElse(null);
        return this;
    }

    @Override
    public DriverRecord record() {
        return record;
    }

    @Override
    public long pid() {
        HostProcess vmm = process();
        return vmm != null && vmm.isAlive() ? vmm.pid() : 0;
    }

    @Override
    public VmState state() {
        HostProcess vmm = process();
        if (vmm == null || !vmm.isAlive()) {
            return VmState.ENDED;
        }
        return vmm.isStopped() ? VmState.PAUSED : VmState.RUNNING;
    }

    @Override
    public boolean awaitExit(Duration limit) throws InterruptedException {
        HostProcess vmm = process();
        return vmm == null || vmm.awaitExit(limit);
    }

    @Override
    public String ending() {
        Path log = Path.of(content.log());
        if (state() == VmState.ENDED) {
            new VmmLog(log).settle();
        }
        return run.panic(log);
    }

    /** The machine has no power button. */
    @Override
    public void powerOff() {
        state();
    }

    @Override
    public void kill() {
        HostProcess vmm = process();
        if (vmm != null) {
            vmm.kill();
        }
    }

    /** The program passes on what the guest and the last who connected say, and drops an earlier one. */
    @Override
    public synchronized ByteChannel link() {
        if (closed) {
            throw new HyprException(ErrorCode.GONE, "The backend has let go of this microVM.");
        }
        if (process == null || !process.isAlive()) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The microVM " + record.id() + " has ended: it has no link.");
        }
        try {
            hangUp();
            link = SocketChannel.open(UnixDomainSocketAddress.of(run.link()));
            return link;
        } catch (IOException e) {
            throw VmmRefusal.ofSilence(this, "The hypr-krun", run.link(), new VmmDirectory(run.path()), Path.of(content.log()), e);
        }
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
        return (type == Pausable.class ? Optional.of(this) : type == Limitable.class ? platform.limits(content) : Optional.empty()).map(type::cast);
    }

    @Override
    public void pause() {
        running().stop();
    }

    @Override
    public void resume() {
        running().resume();
    }

    private HostProcess running() {
        HostProcess vmm = process();
        if (vmm == null || !vmm.isAlive()) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The microVM " + record.id() + " has ended.");
        }
        return vmm;
    }

    private synchronized HostProcess process() {
        return process;
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            hangUp();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The link of microVM " + record.id() + " cannot be closed.", e);
        } finally {
            if (process != null) {
                process.close();
            }
        }
    }

    private void hangUp() throws IOException {
        if (link != null) {
            link.close();
            link = null;
        }
    }
}
