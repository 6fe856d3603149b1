package io.hypr.core.internal.plan;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

class PlanTest {

    private static void run(RuntimeException e) {
        throw e;
    }

    private static void run(Error e) {
        throw e;
    }

    private static Throwable failure(CompletableFuture<Void> aside) {
        return assertThrows(ExecutionException.class, () -> aside.get(10, TimeUnit.SECONDS)).getCause();
    }

    @Test
    void whatIsDoneAsideIsDone() throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        assertNull(Plan.aside(() -> thread.complete(Thread.currentThread())).get(10, TimeUnit.SECONDS));
        assertTrue(thread.get().isVirtual());
    }

    @Test
    void anExceptionOfWhatIsDoneAsideReachesWhoWaits() {
        RuntimeException thrown = new IllegalStateException("no");
        assertSame(thrown, failure(Plan.aside(() -> run(thrown))));
    }

    @Test
    void anErrorOfWhatIsDoneAsideReachesWhoWaitsAndIsTold() throws Exception {
        Error thrown = new NoClassDefFoundError("gone with its bundle");
        CompletableFuture<Throwable> told = new CompletableFuture<>();
        UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> told.complete(e));
        try {
            assertSame(thrown, failure(Plan.aside(() -> run(thrown))));
            assertSame(thrown, told.get(10, TimeUnit.SECONDS));
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
    }
}
