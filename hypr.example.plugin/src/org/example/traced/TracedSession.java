package org.example.traced;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.VmState;

/** A hold on one QEMU: its process by its number, the link by its socket. */
final class TracedSession implements VmSession {

    private static final String PROMPT = "\\(qemu\\) ";
    private static final int TRIES = 200;
    private static final long MOMENT = 50_000_000;

    private final Vm vm;
    private final Optional<ProcessHandle> process;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private SocketChannel link;

    TracedSession(Vm vm) {
        this.vm = vm;
        this.process = vm.process();
    }

    @Override
    public DriverRecord record() {
        return vm.record();
    }

    @Override
    public long pid() {
        return state() == VmState.ENDED ? 0 : process.map(ProcessHandle::pid).orElse(0L);
    }

    @Override
    public VmState state() {
        return process.isPresent() && process.get().isAlive() ? VmState.RUNNING : VmState.ENDED;
    }

    @Override
    public boolean awaitExit(Duration limit) throws InterruptedException {
        if (state() == VmState.ENDED) {
            return true;
        }
        CompletableFuture<Object> first = CompletableFuture.anyOf(process.get().onExit(), closed);
        try {
            if (limit == null) {
                first.get();
            } else {
                first.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new HyprException(ErrorCode.GONE, "The backend " + TracedBackend.NAME + " has let go of microVM " + vm.id() + ".", e);
        }
    }

    @Override
    public void powerOff() {
        if (state() == VmState.RUNNING) {
            try (SocketChannel monitor = connect("monitor")) {
                monitor.write(ByteBuffer.wrap("system_powerdown\n".getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                throw new HyprException(ErrorCode.UNAVAILABLE, "QEMU does not take the power button of microVM " + vm.id() + ".", e);
            }
        }
    }

    @Override
    public void kill() {
        if (state() == VmState.RUNNING) {
            end(process.get());
        }
    }

    /** Kills a process and waits until it is gone. */
    static void end(ProcessHandle process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public synchronized ByteChannel link() {
        if (state() == VmState.ENDED) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "MicroVM " + vm.id() + " has ended: it has no link.");
        }
        try {
            hangUp();
            hangUpOthers();
            link = connect("link");
            return link;
        } catch (IOException e) {
            throw new HyprException(ErrorCode.UNAVAILABLE, "MicroVM " + vm.id() + " does not take the connection.", e);
        }
    }

    /** Another session, perhaps in another process, may have the link: QEMU is told to listen anew, and closes what was open. */
    private void hangUpOthers() throws IOException {
        try (SocketChannel monitor = connect("monitor")) {
            // By way of nothing: what was open removes the socket as it goes, which must not be the new one.
            String again = "chardev-change link null\nchardev-change link socket,path=link,server=on,wait=off\n";
            monitor.write(ByteBuffer.wrap(again.getBytes(StandardCharsets.US_ASCII)));
            StringBuilder said = new StringBuilder();
            ByteBuffer piece = ByteBuffer.allocate(4096);
            while (said.toString().split(PROMPT, -1).length <= 3) { // One greets, and one comes after each command.
                if (monitor.read(piece.clear()) < 0) {
                    throw new IOException("The monitor hung up");
                }
                said.append(StandardCharsets.ISO_8859_1.decode(piece.flip()));
            }
            if (said.indexOf("Error") >= 0) {
                throw new IOException(said.toString());
            }
        }
    }

    /** QEMU takes one connection at a time, and needs a moment to see that the one before has ended. */
    private SocketChannel connect(String name) throws IOException {
        for (int tries = 0;; tries++) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(vm.sockets().resolve(name)));
                return channel;
            } catch (IOException e) {
                channel.close();
                if (tries == TRIES) {
                    throw e;
                }
                LockSupport.parkNanos(MOMENT);
            }
        }
    }

    @Override
    public <F> Optional<F> facet(Class<F> type) {
        return Optional.empty();
    }

    @Override
    public synchronized void close() {
        closed.completeExceptionally(new IllegalStateException("closed"));
        try {
            hangUp();
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The link of microVM " + vm.id() + " cannot be closed.", e);
        }
    }

    private void hangUp() throws IOException {
        if (link != null) {
            link.close();
        }
    }
}
