package io.hypr.tck;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.hypr.vmm.VmSession;

/** The host's side of a link, as far as the contract tests need it: kestrel/protocol/PROTOCOL.md. */
final class Guest implements AutoCloseable {

    private static final long MAGIC = 0x4B4E494C52505948L;
    private static final int HELLO = 1;
    private static final int WELCOME = 2;
    private static final int ACK = 3;
    private static final int SETUP = 32;
    /** Flag of RUN: the process that begins the container, in whose name space the others run. */
    private static final int FIRST = 8;
    private static final int RUN = 33;
    private static final int SHUTDOWN = 36;
    private static final int RESULT = 64;
    private static final int EXIT = 65;
    private static final int LONGEST_FRAME = 16 + 65_536 + 8;

    private record Frame(int type, long number, ByteBuffer payload) {
    }

    private final ByteChannel link;
    private final ByteBuffer read = ByteBuffer.allocate(2 * LONGEST_FRAME).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long nonce;
    private long sentByHost;
    private int requests;
    private int processes;
    private ByteBuffer welcome;
    private CompletableFuture<Void> answer;
    private volatile boolean heard;

    private Guest(ByteChannel link) {
        this.link = link;
    }

    /** Opens the link, greets the guest and waits for its welcome; first = on the first connection since it was launched. */
    static Guest hello(VmSession vm, boolean first) throws Exception {
        return welcomed(vm, (guest, again) -> {
            if (again || !first) {
                guest.write(ByteBuffer.allocate(LONGEST_FRAME));
            }
            guest.sendHello();
        });
    }

    /** Opens the link and waits for the welcome that a guest says by itself when it has come up. */
    static Guest arrived(VmSession vm) throws Exception {
        return welcomed(vm, (guest, again) -> { });
    }

    private interface Greeting {
        void say(Guest guest, boolean again) throws IOException;
    }

    /** A link that breaks before the guest has said anything is one that the guest had given up, and is opened again. */
    private static Guest welcomed(VmSession vm, Greeting greeting) throws Exception {
        long end = System.nanoTime() + VmmBackendContract.LONG.toNanos();
        for (boolean again = false;; again = true) {
            Guest guest = new Guest(vm.link());
            try {
                greeting.say(guest, again);
                if (guest.answersWithin(Duration.ofNanos(end - System.nanoTime()))) {
                    return guest;
                }
                throw new AssertionError("The guest did not say WELCOME in " + VmmBackendContract.LONG.toSeconds() + " s");
            } catch (IOException e) {
                guest.close();
                if (guest.heard || System.nanoTime() > end) {
                    throw new AssertionError("The link broke before the guest said WELCOME", e);
                }
            }
        }
    }

    void sendHello() throws IOException {
        nonce = ThreadLocalRandom.current().nextLong() | 1;
        send(HELLO, false, fields().putLong(MAGIC).putLong(nonce).putShort((short) 1).putLong(0).putLong(0));
    }

    /** Whether the welcome to the last hello comes in time; may be asked again. */
    boolean answersWithin(Duration limit) throws Exception {
        if (answer == null) {
            CompletableFuture<Void> next = new CompletableFuture<>();
            answer = next;
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    findWelcome();
                    next.complete(null);
                } catch (IOException | RuntimeException e) {
                    next.completeExceptionally(e);
                }
            });
        }
        try {
            answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            answer = null;
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IOException("The link broke before the guest said WELCOME", e.getCause());
        }
    }

    /** It may begin at any octet: what an earlier connection left half sent comes before it. */
    private void findWelcome() throws IOException {
        while (true) {
            for (int at = read.position(); at + 16 + 66 + 8 <= read.limit(); at++) {
                if (read.get(at) == WELCOME && read.getLong(at + 16) == MAGIC && read.getLong(at + 24) == nonce) {
                    welcome = ByteBuffer.wrap(Arrays.copyOfRange(read.array(), at + 16, at + 16 + 66)).order(ByteOrder.LITTLE_ENDIAN);
                    read.position(at + 16 + read.getInt(at + 4) + 8);
                    return;
                }
            }
            // Keeps what may be the beginning of a welcome.
            read.position(Math.max(read.position(), read.limit() - 16 - 66 - 8));
            fill();
        }
    }

    @Override
    public void close() throws IOException {
        link.close();
    }

    int generation() {
        return welcome.getShort(16);
    }

    byte[] bootId() {
        return Arrays.copyOfRange(welcome.array(), 34, 50);
    }

    /** Mounts the root and the upper disk, and starts a process that waits: the container's first. */
    void setUp(String root, String upper) throws IOException {
        int errno = setUp(root, upper, null);
        if (errno != 0) {
            throw new AssertionError("SETUP ended with errno " + errno);
        }
    }

    /** Sets an interface with that hardware address up; returns the errno. */
    int setUpInterface(String root, String mac) throws IOException {
        return setUp(root, "", mac);
    }

    private int setUp(String root, String upper, String mac) throws IOException {
        ByteBuffer setup = request().putLong(0);
        text(setup, "", root, "squashfs", upper, upper.isEmpty() ? "tmpfs" : "ext4", "");
        setup.putInt(0);
        text(setup, "tck", "", "", "");
        setup.putInt(mac == null ? 0 : 1);
        if (mac != null) {
            for (String octet : mac.split(":")) {
                setup.put((byte) Integer.parseInt(octet, 16));
            }
            text(setup, "eth0");
            setup.putShort((short) 1500).putInt(1).put(new byte[] { 10, 0, 0, 2, 24 }).putInt(0).putInt(0).put(new byte[16]);
        }
        setup.putInt(0).putInt(0).putInt(0);
        send(SETUP, true, setup);
        int errno = await(RESULT).payload().getInt(4);
        return errno != 0 ? errno : start(FIRST, List.of("/bin/sh", "-c", "while :; do sleep 3600; done")).getInt(4);
    }

    /** Runs a program to its end; returns its exit status, or what else happened. */
    String run(List<String> command) throws IOException {
        ByteBuffer result = start(0, command);
        if (result.getInt(4) != 0) {
            return "errno " + result.getInt(4) + " in stage " + result.get(8);
        }
        ByteBuffer exit = await(EXIT).payload();
        return (exit.get(4) == 0 ? "" : "signal ") + exit.get(5);
    }

    /** Starts a program; returns the answer. */
    private ByteBuffer start(int flags, List<String> command) throws IOException {
        ByteBuffer run = request().putInt(++processes).putInt(flags).putInt(command.size());
        text(run, command.toArray(String[]::new));
        run.putInt(1);
        text(run, "PATH=/bin", "/", "");
        run.putInt(0).putInt(0).putLong(0).putShort((short) 0).putShort((short) 0);
        run.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0).putShort((short) -1).putShort((short) 0);
        run.putInt(0).putInt(0);
        send(RUN, true, run);
        return await(RESULT).payload();
    }

    /** Runs a shell command to its end. */
    String shell(String command) throws IOException {
        return run(List.of("/bin/sh", "-c", command));
    }

    /** Asks for the end; the answer may be cut off by it. */
    void shutDown() throws IOException {
        send(SHUTDOWN, true, request().put((byte) 0).putInt(0));
        try {
            while (true) {
                next();
            }
        } catch (EOFException e) {
            return; // The machine is off.
        }
    }

    /** Whether the other side is gone: closed here, or nothing but an end to read. */
    boolean isBroken() {
        try {
            ByteBuffer octets = ByteBuffer.allocate(4096);
            while (link.read(octets) >= 0) {
                octets.clear();
            }
            return true;
        } catch (IOException e) {
            return true; // Closed on this side, or reset.
        }
    }

    private Frame await(int type) throws IOException {
        while (true) {
            Frame frame = next();
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    private Frame next() throws IOException {
        while (true) {
            while (read.hasRemaining() && read.get(read.position()) == 0) {
                read.get();
            }
            if (read.remaining() >= 16 && read.remaining() >= 16 + read.getInt(read.position() + 4) + 8) {
                break;
            }
            fill();
        }
        int length = read.getInt(read.position() + 4);
        Frame frame = new Frame(read.get(read.position()), read.getLong(read.position() + 8),
            ByteBuffer.wrap(Arrays.copyOfRange(read.array(), read.position() + 16, read.position() + 16 + length)).order(ByteOrder.LITTLE_ENDIAN));
        read.position(read.position() + 16 + length + 8);
        if (frame.number() > 0) {
            send(ACK, false, fields().putLong(frame.number()));
        }
        return frame;
    }

    private void fill() throws IOException {
        read.compact();
        int count = link.read(read);
        read.flip();
        if (count < 0) {
            throw new EOFException("The link has ended");
        }
        heard = true;
    }

    private ByteBuffer request() {
        return fields().putInt(++requests);
    }

    private static ByteBuffer fields() {
        return ByteBuffer.allocate(65_536).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void text(ByteBuffer fields, String... texts) {
        for (String text : texts) {
            byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            fields.putInt(octets.length).put(octets);
        }
    }

    private void send(int type, boolean numbered, ByteBuffer payload) throws IOException {
        long number = numbered ? ++sentByHost : 0;
        payload.flip();
        ByteBuffer frame = ByteBuffer.allocate(16 + payload.remaining() + 8).order(ByteOrder.LITTLE_ENDIAN);
        frame.put((byte) type).put((byte) 0).putShort((short) 0).putInt(payload.remaining()).putLong(number).put(payload).putLong(~number).flip();
        write(frame);
    }

    private void write(ByteBuffer octets) throws IOException {
        while (octets.hasRemaining()) {
            link.write(octets);
        }
    }
}
