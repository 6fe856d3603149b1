package io.hypr.core.internal.backend;

import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;
import io.hypr.vmm.VmmBackend;

/**
 * A hold on one microVM through whichever instance of its backend is there: the gate that counts calls under way, so that a backend can go while
 * calls run. Calls made while it is away wait for its successor. Safe for use by any thread.
 */
public final class Hold implements AutoCloseable {

    /** How long a call waits for a successor, and a backend that goes for calls under way. */
    private static final Duration SUCCESSOR = Duration.ofSeconds(30);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    /** How long a call waits when a backend has refused the microVM: an update that fails is taken back, and calls should not notice. */
    private static final Duration ROLLBACK = Duration.ofSeconds(5);

    /** A session with the calls that are under way in it; counted apart from those of its successor, which begin before the last of these has ended. */
    private static final class Gate {
        final VmmBackend backend;
        final VmSession session;
        int calls;

        Gate(VmmBackend backend, VmSession session) {
            this.backend = backend;
            this.session = session;
        }
    }

    private final Backends backends;
    private final DriverRecord record;
    private Gate gate;
    private HyprException broken;
    private long brokenSince;
    private boolean handed;
    private boolean closed;

    Hold(Backends backends, VmmBackend backend, VmSession session) {
        this.backends = backends;
        this.gate = new Gate(backend, session);
        this.record = session.record();
    }

    Hold(Backends backends, DriverRecord record) {
        this.backends = backends;
        this.record = record;
    }

    /** @return the record by which the microVM is found again */
    public DriverRecord record() {
        return record;
    }

    /** @return whether the microVM is in the hands of the backend that launched it, and always was */
    public synchronized boolean isFirst() {
        return gate != null && !handed;
    }

    /** A backend has come: take the microVM over, if nobody has it. */
    void succeed(VmmBackend successor) {
        synchronized (this) {
            if (closed || gate != null) {
                return;
            }
        }
        VmSession attached = null;
        HyprException failure = null;
        try {
            attached = successor.attach(record);
        } catch (HyprException e) {
            failure = e;
        } catch (RuntimeException e) {
            failure = new HyprException(ErrorCode.INTERNAL, "The backend " + record.owner() + " failed to take over " + record.id() + ".", e);
        }
        synchronized (this) {
            broken = failure;
            brokenSince = System.nanoTime();
            if (attached != null && !closed && gate == null) {
                gate = new Gate(successor, attached);
                handed = true;
                attached = null;
            }
            notifyAll();
        }
        if (attached != null) {
            attached.close();
        }
    }

    /** A backend goes: let go of the microVM, and wait for calls under way. */
    void leave(VmmBackend leaving) {
        Gate old;
        synchronized (this) {
            if (gate == null || gate.backend != leaving) {
                return;
            }
            old = gate;
            gate = null;
        }
        old.session.close();
        long deadline = System.nanoTime() + DRAIN.toNanos();
        synchronized (this) {
            try {
                for (long left = DRAIN.toMillis(); old.calls > 0 && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
                    wait(left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Waits until a backend has the microVM, or has refused it; tells why none has it. */
    synchronized Optional<String> awaitSession(long deadline) throws InterruptedException {
        while (gate == null && broken == null && !closed) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return Optional.of("The backend " + record.owner() + " has not taken over microVM " + record.id() + ".");
            }
            wait(left);
        }
        return Optional.ofNullable(broken).map(HyprException::getMessage);
    }

    private Gate enter() {
        long deadline = System.nanoTime() + SUCCESSOR.toNanos();
        synchronized (this) {
            while (gate == null) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (closed) {
                    throw new HyprException(ErrorCode.GONE, "The engine has let go of microVM " + record.id() + ".");
                }
                if (broken != null) {
                    left = Math.min(left, ROLLBACK.toMillis() - (System.nanoTime() - brokenSince) / 1_000_000);
                    if (left <= 0) {
                        throw broken;
                    }
                }
                if (left <= 0) {
                    throw new HyprException(ErrorCode.GONE,
                            "The backend " + record.owner() + " left, and no successor came in " + SUCCESSOR.toSeconds() + " s.")
                        .remedy("Start the bundle hypr.vmm." + record.owner() + ".");
                }
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new HyprException(ErrorCode.CANCELLED, "Waiting for the backend " + record.owner() + " was interrupted.", e);
                }
            }
            gate.calls++;
            return gate;
        }
    }

    private synchronized void exit(Gate left) {
        left.calls--;
        notifyAll();
    }

    /**
     * Calls the session.
     *
     * @param <T> type of the answer
     * @param call what is asked
     * @return the answer
     * @throws HyprException what the session throws; {@code GONE} if its backend left before it had answered
     */
    public <T> T call(Function<VmSession, T> call) {
        Gate now = enter();
        try {
            return call.apply(now.session);
        } catch (LinkageError e) {
            throw cutOff(now, e);
        } finally {
            exit(now);
        }
    }

    /** A call that took longer than a backend waits when it goes can meet a class that went with it. */
    private synchronized HyprException cutOff(Gate called, LinkageError e) {
        if (gate == called) {
            throw e;
        }
        return new HyprException(ErrorCode.GONE, "The backend " + record.owner() + " left while it was asked for microVM " + record.id() + ".", e);
    }

    /** @return the link, newly opened */
    public ByteChannel link() {
        return call(VmSession::link);
    }

    /** @return whether the VMM process is there */
    public boolean lives() {
        return call(VmSession::state) != VmState.ENDED;
    }

    /** Ends the VMM process. */
    public void kill() {
        call(s -> {
            s.kill();
            return null;
        });
    }

    /**
     * Waits for the end of the VMM process, over changes of the backend.
     *
     * @param limit how long
     * @return whether it has ended
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitExit(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            Gate now = enter();
            try {
                return now.session.awaitExit(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
            } catch (HyprException e) {
                if (e.code() != ErrorCode.GONE) {
                    throw e;
                }
                synchronized (this) {
                    if (gate == now) {
                        throw e;
                    }
                }
            } catch (LinkageError e) {
                cutOff(now, e); // Else the successor is asked.
            } finally {
                exit(now);
            }
        }
    }

    /** Lets go of the microVM, which runs on. Idempotent. */
    @Override
    public void close() {
        Gate old;
        synchronized (this) {
            closed = true;
            old = gate;
            gate = null;
            notifyAll();
        }
        backends.forget(this);
        if (old != null) {
            old.session.close();
        }
    }
}
