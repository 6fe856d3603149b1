package io.hypr.core.internal.link;

import java.nio.ByteBuffer;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.hypr.core.internal.link.Answers.Welcome;

/** What a {@link Link} and its connections share. Everything here is read and written by whoever holds the lock. */
final class LinkState {

    final ReentrantLock lock = new ReentrantLock();
    /** Something here has changed, or something that a thread waits for. */
    final Condition changed = lock.newCondition();
    /** Frames by number that the guest may still need, encoded. */
    final TreeMap<Long, ByteBuffer> unacknowledged = new TreeMap<>();
    /** Number of the last frame that was sent, or will be as soon as there is a connection. */
    long sent;
    /** What the guest said last; null = it has not been heard yet. */
    Welcome welcome;
    /** The connection that counts; null = none. */
    Connection connection;
}
