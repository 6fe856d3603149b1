package io.hypr.image.provider;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** One at a time for each key, so that two pulls do not bring the same layer twice. */
final class Turns {

    private final Map<String, Turn> turns = new ConcurrentHashMap<>();

    private static final class Turn {
        final ReentrantLock lock = new ReentrantLock();
        int waiting;
    }

    <T> T take(String key, Supplier<T> work) {
        Turn turn = turns.compute(key, (k, t) -> {
            Turn present = t == null ? new Turn() : t;
            present.waiting++;
            return present;
        });
        try {
            turn.lock.lockInterruptibly();
            try {
                return work.get();
            } finally {
                turn.lock.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Waiting for another transfer of the same was cancelled.", e);
        } finally {
            turns.compute(key, (k, t) -> --t.waiting == 0 ? null : t);
        }
    }
}
