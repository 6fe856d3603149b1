package io.hypr.net.bridge.internal;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import io.hypr.ffm.net.NetworkNamespace;

/** Another machine on the network: a network namespace, and a thread that lives in it. Sockets opened by that thread stay there, whoever uses them. */
final class Namespace implements AutoCloseable {

    private final ExecutorService thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final String tid;

    Namespace() throws Exception {
        tid = call(() -> {
            NetworkNamespace.enterNew();
            Host.run("ip", "link", "set", "lo", "up");
            return Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
        });
    }

    /** @return what {@code ip link set ... netns} takes */
    String id() {
        return tid;
    }

    <T> T call(Callable<T> body) throws Exception {
        try {
            return thread.submit(body).get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }

    void run(String... command) throws Exception {
        call(() -> Host.run(command));
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
