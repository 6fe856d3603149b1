package io.hypr.ffm.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.hypr.ffm.call.ErrnoException;

@Timeout(20)
class PidFdTest {

    private static final Duration LONG = Duration.ofSeconds(15);

    private Process cat;
    private long startTime;

    @BeforeEach
    void start() throws IOException {
        cat = new ProcessBuilder("cat").start();
        startTime = PidFd.startTime(cat.pid()).orElseThrow();
    }

    @AfterEach
    void end() {
        cat.destroyForcibly();
    }

    @Test
    void waitsForTheExitOfAProcess() throws Exception {
        try (PidFd fd = PidFd.open(cat.pid(), startTime).orElseThrow()) {
            assertTrue(fd.isAlive());
            assertFalse(fd.awaitExit(Duration.ofMillis(20)));
            cat.getOutputStream().close();
            assertTrue(fd.awaitExit(LONG));
            assertFalse(fd.isAlive());
        }
        cat.waitFor();
    }

    @Test
    void signalsTheProcessUntilItIsGone() throws Exception {
        try (PidFd fd = PidFd.open(cat.pid(), startTime).orElseThrow()) {
            assertEquals(ErrnoException.EINVAL, assertThrows(ErrnoException.class, () -> fd.signal(4711)).errno());
            assertTrue(fd.signal(9));
            assertTrue(fd.awaitExit(LONG));
            assertEquals(128 + 9, cat.waitFor());
            assertFalse(fd.signal(9));
        }
    }

    @Test
    void anotherStartTimeIsAnotherProcess() throws Exception {
        assertTrue(PidFd.open(cat.pid(), startTime + 1).isEmpty());
        cat.destroyForcibly().waitFor();
        assertTrue(PidFd.open(cat.pid(), startTime).isEmpty());
        assertTrue(PidFd.startTime(cat.pid()).isEmpty());
    }

    @Test
    void closingEndsTheWaitsOfOtherThreads() throws Exception {
        PidFd fd = PidFd.open(cat.pid(), startTime).orElseThrow();
        CompletableFuture<Thread> virtual = new CompletableFuture<>();
        FutureTask<Boolean> first = new FutureTask<>(() -> fd.awaitExit(LONG));
        FutureTask<Boolean> second = new FutureTask<>(() -> {
            virtual.complete(Thread.currentThread());
            return fd.awaitExit(LONG);
        });
        Thread platform = Thread.ofPlatform().start(first);
        Thread.ofVirtual().start(second);
        while (virtual.get().getState() != Thread.State.WAITING || platform.getState() != Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        fd.close();
        for (FutureTask<Boolean> wait : List.of(first, second)) {
            Throwable cause = assertThrows(ExecutionException.class, wait::get).getCause();
            assertTrue(cause instanceof AsynchronousCloseException || cause instanceof ClosedChannelException, cause::toString);
        }
        assertThrows(ClosedChannelException.class, fd::isAlive);
        fd.close();
        assertTrue(cat.isAlive());
    }

    @Test
    void virtualThreadsWaitWithoutHoldingTheirCarriers() throws Exception {
        try (PidFd fd = PidFd.open(cat.pid(), startTime).orElseThrow()) {
            int more = 2 * Runtime.getRuntime().availableProcessors() + 1;
            var waits = new ArrayList<FutureTask<Boolean>>();
            for (int i = 0; i < more; i++) {
                FutureTask<Boolean> wait = new FutureTask<>(() -> fd.awaitExit(LONG));
                waits.add(wait);
                Thread.ofVirtual().start(wait);
            }
            FutureTask<Boolean> signaller = new FutureTask<>(() -> fd.signal(15));
            Thread.ofVirtual().start(signaller);
            assertTrue(signaller.get());
            for (FutureTask<Boolean> wait : waits) {
                assertTrue(wait.get());
            }
        }
    }
}
