package io.hypr.ffm.net;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

import org.junit.jupiter.api.Assumptions;

import io.hypr.ffm.call.CLibrary;

/** Runs code on a thread that has a network namespace of its own, unshare(2); it and all devices in it go with the thread. */
final class NamespaceThread {

    private static final MethodHandle UNSHARE = CLibrary.function("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final int CLONE_NEWNET = 0x40000000;

    interface Body {
        void run() throws Exception;
    }

    private NamespaceThread() {
    }

    static void run(Body body) throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "a network namespace of its own needs root");
        FutureTask<Void> task = new FutureTask<>(() -> {
            CLibrary.checked("unshare", errno -> (int) UNSHARE.invokeExact(errno, CLONE_NEWNET));
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
