package io.hypr.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.FrameworkListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.log.Logger;
import org.osgi.service.log.LoggerFactory;

import io.hypr.engine.SystemInfo;
import io.hypr.frontend.Frontend;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.client.Connection;

/**
 * The socket of the command line client: takes connections, each of which is one command (docs/CLIENT_PROTOCOL.md). A virtual thread serves each.
 */
@Component(service = Frontend.class, immediate = true, property = "hypr.name=client")
public final class ClientServer implements Frontend {

    private static final long PAUSE = 100_000_000;

    /** How long commands may go on when they, or the engine that they ask, are exchanged. Those that follow something would never end by themselves. */
    private static final Duration EXCHANGE = Duration.ofSeconds(10);

    /** The exit status of a hyprd that cannot work with its home (sysexits.h: EX_CONFIG); the client and the systemd unit know it. */
    private static final int REFUSED = 78;

    private final CommandProcessor processor;
    private final SystemInfo engine;
    private final Logger log;
    private final Path file;
    private final BundleContext context;
    private final Thread thread;
    private Selector selector;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    /**
     * @param context of this bundle; its property hypr.run says where the socket is
     * @param processor runs the commands
     * @param engine is asked whether it could be opened: without one there is nothing to talk to, and its lock tells that no other hyprd serves this home
     * @param log where failures go
     */
    @Activate
    public ClientServer(
            BundleContext context,
            @Reference CommandProcessor processor,
            @Reference SystemInfo engine,
            @Reference(service = LoggerFactory.class) Logger log) {
        this.context = context;
        this.processor = processor;
        this.engine = engine;
        this.log = log;
        String run = context.getProperty("hypr.run");
        if (run == null) {
            throw new IllegalStateException("The framework property hypr.run does not say where the client's socket goes");
        }
        file = Path.of(run, "hypr.sock");
        thread = Thread.ofPlatform().name("hypr client socket").daemon().start(this::serve);
    }

    private void serve() {
        if (!awaitStart() || !hasEngine()) {
            return;
        }
        try (Selector own = Selector.open()) {
            ServerSocketChannel server;
            synchronized (this) {
                if (closing) {
                    return;
                }
                server = listen();
                selector = own;
            }
            try (server) {
                server.configureBlocking(false);
                server.register(own, SelectionKey.OP_ACCEPT);
                accept(server);
            }
        } catch (IOException | UncheckedIOException e) {
            log.error("Nobody can talk to this hyprd", e);
        }
    }

    /** The socket appears when the framework has started, and clients wait for it: before that, commands and backends come and go. */
    private boolean awaitStart() {
        CountDownLatch started = new CountDownLatch(1);
        FrameworkListener listener = e -> {
            if (e.getType() == FrameworkEvent.STARTED) {
                started.countDown();
            }
        };
        context.addFrameworkListener(listener);
        try {
            if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STARTING) {
                started.await();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            context.removeFrameworkListener(listener);
        }
    }

    /**
     * A hyprd whose engine cannot be opened ends; it says why on its standard error, which the client that started it shows. The engine
     * itself has logged it.
     */
    private boolean hasEngine() {
        try {
            engine.facts();
            return true;
        } catch (HyprException e) {
            if (!closing) {
                System.err.println(e.getMessage());
                e.remedy().ifPresent(System.err::println);
                System.exit(REFUSED);
            }
            return false;
        }
    }

    private ServerSocketChannel listen() {
        try {
            Files.createDirectories(file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            // A socket of a daemon that was killed: the engine is there, so its lock has shown that no other lives.
            Files.deleteIfExists(file);
            Path hidden = file.resolveSibling(".hypr.sock." + ProcessHandle.current().pid());
            Files.deleteIfExists(hidden);
            ServerSocketChannel s = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            s.bind(UnixDomainSocketAddress.of(hidden), 128);
            Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
            Files.move(hidden, file);
            return s;
        } catch (IOException e) {
            throw new UncheckedIOException("The client's socket " + file + " cannot be made", e);
        }
    }

    private void accept(ServerSocketChannel server) throws IOException {
        boolean last = false;
        while (!last) {
            selector.select();
            selector.selectedKeys().clear();
            last = closing; // Those who connected before the file went are still taken.
            try {
                for (SocketChannel socket = server.accept(); socket != null; socket = server.accept()) {
                    Connection c = new Connection(socket, processor, log, open::remove);
                    open.add(c);
                    c.start();
                }
            } catch (IOException e) {
                // Such as too many open files: others must end first.
                log.error("A client could not be taken", e);
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    @Override
    public boolean drain(Duration limit) throws InterruptedException {
        close();
        long end = System.nanoTime() + limit.toNanos();
        for (Connection c : open) {
            if (!c.isOfThisThread() && !c.awaitEnd(Duration.ofNanos(Math.max(0, end - System.nanoTime())))) {
                return false;
            }
        }
        return true;
    }

    private void close() throws InterruptedException {
        synchronized (this) {
            closing = true;
            if (selector == null) {
                return;
            }
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                log.warn("The client's socket {} was not closed cleanly", file, e);
            }
            selector.wakeup();
        }
        thread.join();
    }

    /**
     * Takes no more commands. If hyprd goes on, this bundle or the engine is exchanged: what is under way may end first. The command that
     * exchanges is itself one of them, and goes on.
     */
    @Deactivate
    void deactivate() {
        try {
            if (context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).getState() == Bundle.STOPPING) {
                close();
            } else if (!drain(EXCHANGE)) {
                open.stream().filter(c -> !c.isOfThisThread()).forEach(Connection::drop);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
