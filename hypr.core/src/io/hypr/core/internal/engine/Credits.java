package io.hypr.core.internal.engine;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.Link;
import io.hypr.core.internal.link.Payload;
import io.hypr.core.internal.logs.ContainerLog;

/**
 * Allows the workload to write more output as it is taken: at once while nobody is attached, else as the slowest who is attached keeps up. What was allowed
 * is in the log before it is said, so that a new engine allows exactly what is missing.
 */
final class Credits {

    private final Link link;
    private final ContainerLog log;
    private final long[] granted = new long[3];
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private boolean resumed;

    Credits(Link link, ContainerLog log) {
        this.link = link;
        this.log = log;
    }

    void add(Follower follower) {
        followers.add(follower);
    }

    void remove(Follower follower) throws IOException {
        followers.remove(follower);
        give();
    }

    /** The first connection of this engine is up: the log says what was allowed before. */
    synchronized void resume(long guestTaken) throws IOException {
        if (!resumed) {
            for (int stream = 1; stream <= 2; stream++) {
                granted[stream] = log.state().granted(stream, guestTaken);
            }
            resumed = true;
        }
        give();
    }

    /** Allows what can be allowed now. */
    synchronized void give() throws IOException {
        if (!resumed || followers.stream().anyMatch(Follower::lags)) {
            return;
        }
        for (int stream = 1; stream <= 2; stream++) {
            long total = log.received(stream);
            long more = total - granted[stream];
            if (more >= Run.WINDOW / 2) {
                int s = stream;
                link.send(Frame.CREDIT, Run.STDOUT + stream - 1, number -> log.grant(s, number, total), n -> new Payload().u32(more).toBuffer());
                granted[stream] = total;
            }
        }
    }
}
