package io.hypr.vmm;

import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.util.Optional;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.DriverRecord;

/**
 * A hold on one microVM. Implemented by backends, called by the engine from any thread. Several sessions of one microVM can exist while
 * one bundle takes over from another; only one of them has the link.
 */
@ConsumerType
public interface VmSession extends AutoCloseable {

    /** {@return the record by which the microVM is found again; the same for the whole life of the microVM} */
    DriverRecord record();

    /** {@return process id of the VMM on the host; 0 = it has ended, or there is no such process} */
    default long pid() {
        return 0;
    }

    /** {@return how its guest mounts the shares of its plan} */
    default ShareFileSystem shares() {
        return ShareFileSystem.VIRTIOFS;
    }

    /** {@return what the microVM does now, measured and not remembered} */
    VmState state();

    /**
     * Waits for the end of the VMM process, without polling.
     *
     * @param limit how long to wait; null = for ever
     * @return true if it has ended
     * @throws InterruptedException if the thread was interrupted
     */
    boolean awaitExit(Duration limit) throws InterruptedException;

    /**
     * Says why the microVM has ended, or that it will not go on since its kernel panicked, as far as its VMM told. To be asked before it is discarded.
     *
     * @return a sentence for people, such as that the guest reset its machine; empty = it runs, was killed, or nobody told
     */
    default String ending() {
        return "";
    }

    /** Presses the power button, as far as the machine has one, else does nothing. Does not wait. Orderly ends are asked of the agent over the link. */
    void powerOff();

    /** Ends the VMM process at once and waits until it is gone. Idempotent. */
    void kill();

    /**
     * Opens the link. Only one link of a microVM is open at a time: opening it again closes the other one. Where it is the guest that
     * connects, the link may be a connection that had to wait and that the guest has given up or is about to: it breaks before the guest has
     * said anything, and who opened it opens it again. A backend need not find out, but gives none that it knows to have ended.
     *
     * @return the byte stream to Kestrel as PROTOCOL.md section 1 describes; blocking; closing it, or interrupting the thread in it, never harms the microVM
     * @throws io.hypr.model.HyprException {@code UNAVAILABLE} if the microVM has ended or does not take the connection in 10 s
     */
    ByteChannel link();

    /**
     * Gives what not every backend can do.
     *
     * @param <F> the facet's type
     * @param type an interface of this package, such as {@link Pausable}
     * @return the facet; empty if this microVM has it not
     */
    <F> Optional<F> facet(Class<F> type);

    /** Lets go of the microVM, which runs on. Idempotent; threads in {@link #awaitExit} get {@code GONE}. */
    @Override
    void close();
}
