package io.hypr.ffm.net;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import org.junit.jupiter.api.Assumptions;

/** Runs code on a thread that has a network namespace of its own; it and all devices in it go with the thread. */
final class NamespaceThread {

    interface Body {
        void run() throws Exception;
    }

    private NamespaceThread() {
    }

    static void run(Body body) throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "a network namespace of its own needs root");
        FutureTask<Void> task = new FutureTask<>(() -> {
            NetworkNamespace.enterNew();
            body.run();
            return null;
        });
        Thread.ofPlatform().start(task);
        try {
            task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }
}
