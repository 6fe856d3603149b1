package io.hypr.krun;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Pausable;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** A hold on one {@code hypr-krun}. The program answers no questions: what it does is seen from its process, and to stop the process is to pause the microVM. */
final class KrunSession implements VmSession, Pausable {

    private static final String LINK = "link";
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final DriverRecord record;
    private final KrunRecord content;
    private final RunDirectory run;
    private final Platform platform;
    private HostProcess process;
    private LinkListener listener;
    private SocketChannel link;
    private boolean closed;

    KrunSession(DriverRecord record, KrunRecord content, Platform platform) {
        this.record = record;
        this.content = content;
        this.run = content.directory();
        this.platform = platform;
    }

    /** Binds the link's socket, before there is a guest that would try. */
    synchronized void listen() throws IOException {
        Path socket = run.path().resolve(LINK);
        listener = LinkListener.open(socket, () -> platform.admit(run, content));
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

    @Override
    public synchronized ByteChannel link() {
        if (closed) {
            throw new HyprException(ErrorCode.GONE, "The backend has let go of this microVM.");
        }
        try {
            hangUp();
            if (isAlive() && listener == null) {
                listen();
            }
            Optional<SocketChannel> connection = isAlive() ? listener.accept(ANSWER, this::isAlive) : Optional.empty();
            link = connection.orElseThrow(() -> new HyprException(ErrorCode.UNAVAILABLE,
                isAlive() ? "The microVM " + record.id() + " did not open its link within " + ANSWER.toSeconds() + " s." : "The microVM " + record.id() + " has ended: it has no link."));
            return link;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "The link of microVM " + record.id() + " cannot be listened for in " + run.path() + ".", e);
        }
    }

    private boolean isAlive() {
        return process != null && process.isAlive();
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
        return type == Pausable.class ? Optional.of(type.cast(this)) : Optional.empty();
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
            if (listener != null) {
                listener.close();
                listener = null;
            }
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
