package io.hypr.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

import io.hypr.engine.Containers;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Passes the caller's signals on to a container. Those that come while it still starts are kept until it runs: a Ctrl-C during the boot is not lost. */
public final class SignalProxy implements IntConsumer {

    private final Containers containers;
    private final String container;
    private final List<Integer> early = new ArrayList<>();
    private boolean started;

    /**
     * @param containers the engine
     * @param container id of the container
     */
    public SignalProxy(Containers containers, String container) {
        this.containers = containers;
        this.container = container;
    }

    @Override
    public void accept(int signal) {
        synchronized (this) {
            if (!started) {
                early.add(signal);
                return;
            }
        }
        send(signal);
    }

    /** The container runs: it gets what came so far. */
    public void started() {
        List<Integer> kept;
        synchronized (this) {
            started = true;
            kept = List.copyOf(early);
            early.clear();
        }
        kept.forEach(this::send);
    }

    private void send(int signal) {
        try {
            containers.kill(container, String.valueOf(signal));
        } catch (HyprException e) {
            // It has just ended, which its caller sees for itself.
            if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.NOT_FOUND) {
                throw e;
            }
        }
    }
}
