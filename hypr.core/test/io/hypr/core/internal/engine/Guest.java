package io.hypr.core.internal.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.FrameDecoder;
import io.hypr.core.internal.link.Payload;

/** A guest in Java: speaks the guest's side of the link as PROTOCOL.md says, and runs programs that are written here. It lives on while engines come and go. */
final class Guest {

    private static final int BUFFER = 240 << 10;
    private static final int STDIN = 0;

    /** What a process of the guest does. */
    interface Program {
        int run(Process p) throws InterruptedException;
    }

    /** A process. */
    final class Process {
        final long number;
        final List<String> argv;
        final List<String> env;
        final int[] streams = new int[3];
        final long[] credit = new long[3];
        final ByteArrayOutputStream input = new ByteArrayOutputStream();
        boolean inputEnded;
        final boolean[] closed = new boolean[3];
        int signal;
        Thread thread;

        Process(long number, List<String> argv, List<String> env) {
            this.number = number;
            this.argv = argv;
            this.env = env;
        }

        void out(String text) throws InterruptedException {
            write(1, text.getBytes(StandardCharsets.UTF_8));
        }

        void err(String text) throws InterruptedException {
            write(2, text.getBytes(StandardCharsets.UTF_8));
        }

        void write(int fd, byte[] bytes) throws InterruptedException {
            for (int at = 0; at < bytes.length;) {
                synchronized (Guest.this) {
                    while (!over && !closed[fd] && (credit[fd] == 0 || buffered >= BUFFER)) {
                        Guest.this.wait();
                    }
                    if (over) {
                        throw new InterruptedException("the machine is off");
                    }
                    if (closed[fd]) {
                        throw new InterruptedException("broken pipe");
                    }
                    int n = (int) Math.min(Math.min(bytes.length - at, 32 << 10), credit[fd]);
                    if (streams[fd] != 0) {
                        credit[fd] -= n;
                        send(Frame.DATA, streams[fd], ByteBuffer.wrap(bytes, at, n));
                    }
                    at += n;
                }
            }
        }

        /** @return what came on standard input, all of it if it has ended */
        byte[] read(boolean all) throws InterruptedException {
            synchronized (Guest.this) {
                while (!over && !inputEnded && (all || input.size() == 0)) {
                    Guest.this.wait();
                }
                byte[] now = input.toByteArray();
                input.reset();
                if (now.length > 0 && streams[STDIN] != 0) {
                    send(Frame.CREDIT, streams[STDIN], new Payload().u32(now.length).toBuffer());
                }
                return now;
            }
        }

        int awaitSignal() throws InterruptedException {
            synchronized (Guest.this) {
                while (!over && signal == 0) {
                    Guest.this.wait();
                }
                if (over || signal == 9) {
                    throw new InterruptedException("killed");
                }
                int now = signal;
                signal = 0;
                return now;
            }
        }
    }

    private final Map<String, Program> programs;
    private final Runnable powerOff;
    private final byte[] boot = new byte[16];
    private final TreeMap<Long, ByteBuffer> unacknowledged = new TreeMap<>();
    private final Map<Long, Process> processes = new HashMap<>();
    private long taken;
    private long sent;
    private long buffered;
    private long written = -1;
    private ByteChannel channel;
    private boolean over;
    /** What SETUP and RUN brought, for tests. */
    final List<ByteBuffer> setups = new ArrayList<>();
    /** What UPDATE brought, by file. */
    final Map<String, String> limits = new ConcurrentSkipListMap<>();
    int hellos;

    Guest(Map<String, Program> programs, Runnable powerOff) {
        this.programs = programs;
        this.powerOff = powerOff;
        new java.util.Random().nextBytes(boot);
    }

    // --- connections ---

    void serve(ByteChannel connection) throws IOException {
        synchronized (this) {
            if (channel != null) {
                channel.close();
            }
            channel = connection;
            written = -1;
            control.clear(); // Of the last connection.
            notifyAll();
        }
        Thread writer = Thread.ofVirtual().start(() -> write(connection));
        try {
            welcome(connection, 0);
            FrameDecoder decoder = new FrameDecoder();
            while (decoder.feed(connection)) {
                for (Frame f = decoder.next(); f != null; f = decoder.next()) {
                    take(f, connection);
                }
            }
        } finally {
            synchronized (this) {
                if (channel == connection) {
                    channel = null;
                }
                notifyAll();
            }
            connection.close();
            writer.interrupt();
        }
    }

    /** Cuts the connection, as a host that dies does. */
    synchronized void cut() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }

    private final List<ByteBuffer> control = new ArrayList<>();

    private synchronized void welcome(ByteChannel to, long nonce) {
        if (channel == to) {
            control.add(new Frame(Frame.WELCOME, 0, 0, 0, new Payload().u64(FrameDecoder.MAGIC).u64(nonce).u16(1).u64(taken).u64(sent).raw(boot).u64(1).u64(0)
                .toBuffer()).encode());
            notifyAll();
        }
    }

    private void write(ByteChannel to) {
        try {
            while (true) {
                ByteBuffer next;
                synchronized (this) {
                    while (channel == to && control.isEmpty() && (written < 0 || unacknowledged.higherEntry(written) == null)) {
                        wait();
                    }
                    if (channel != to) {
                        return;
                    }
                    if (!control.isEmpty()) {
                        next = control.removeFirst();
                    } else {
                        Map.Entry<Long, ByteBuffer> e = unacknowledged.higherEntry(written);
                        written = e.getKey();
                        next = e.getValue().duplicate();
                    }
                }
                while (next.hasRemaining()) {
                    to.write(next);
                }
            }
        } catch (IOException | InterruptedException e) {
            Thread.currentThread().interrupt(); // The connection is gone; the next one has its own writer.
        }
    }

    private synchronized void send(int type, int stream, ByteBuffer payload) {
        ByteBuffer frame = new Frame(type, 0, stream, ++sent, payload).encode();
        unacknowledged.put(sent, frame);
        buffered += frame.remaining();
        notifyAll();
    }

    private synchronized void take(Frame f, ByteChannel from) {
        if (from != channel) {
            return;
        }
        ByteBuffer p = f.payload();
        if (f.type() == Frame.HELLO) {
            hellos++;
            p.getLong();
            long nonce = p.getLong();
            p.getShort();
            long hostTook = p.getLong();
            acknowledged(hostTook);
            written = hostTook;
            welcome(from, nonce);
            return;
        }
        if (f.type() == Frame.ACK) {
            acknowledged(p.getLong());
            return;
        }
        if (f.number() <= taken) {
            return;
        }
        if (f.number() != taken + 1) {
            throw new IllegalStateException("frame " + f.number() + " after " + taken);
        }
        taken = f.number();
        switch (f.type()) {
            case Frame.DATA -> stream(f.stream(), (proc, fd) -> {
                byte[] b = new byte[p.remaining()];
                p.get(b);
                proc.input.writeBytes(b);
            });
            case Frame.END -> stream(f.stream(), (proc, fd) -> {
                proc.inputEnded |= fd == STDIN;
                proc.closed[fd] = true;
            });
            case Frame.CREDIT -> stream(f.stream(), (proc, fd) -> proc.credit[fd] += Integer.toUnsignedLong(p.getInt()));
            case Frame.SETUP -> {
                setups.add(ByteBuffer.allocate(p.remaining()).put(p.duplicate()).flip());
                result(p.getInt(), 0, 0, new byte[0]);
            }
            case Frame.RUN -> run(p.order(ByteOrder.LITTLE_ENDIAN));
            case Frame.SIGNAL -> signal(p);
            case Frame.PROCESSES -> {
                Payload list = new Payload().list(processes.keySet(), (q, number) -> q.u32(number).u32(number).u8(1));
                result(p.getInt(), 0, 0, bytes(list.toBuffer()));
            }
            case Frame.UPDATE -> {
                int id = p.getInt();
                for (int n = p.getInt(); n > 0; n--) {
                    limits.put(text(p), text(p));
                }
                result(id, 0, 0, new byte[0]);
            }
            case Frame.SHUTDOWN -> {
                result(p.getInt(), 0, 0, new byte[0]);
                Thread.ofVirtual().start(powerOff);
            }
            default -> result(p.getInt(), 0, 0, new byte[0]);
        }
        control.add(new Frame(Frame.ACK, 0, 0, 0, new Payload().u64(taken).toBuffer()).encode());
        notifyAll();
    }

    private void acknowledged(long number) {
        Map<Long, ByteBuffer> gone = unacknowledged.headMap(number, true);
        gone.values().forEach(b -> buffered -= b.limit());
        gone.clear();
        notifyAll();
    }

    private interface OnStream {
        void accept(Process process, int fd);
    }

    private void stream(int stream, OnStream act) {
        for (Process p : processes.values()) {
            for (int fd = 0; fd < 3; fd++) {
                if (p.streams[fd] == stream) {
                    act.accept(p, fd);
                    return;
                }
            }
        }
    }

    private void result(int id, int errno, int stage, byte[] value) {
        send(Frame.RESULT, 0, new Payload().u32(id).u32(errno).u8(stage).bytes(value).toBuffer());
    }

    private static byte[] bytes(ByteBuffer p) {
        byte[] all = new byte[p.remaining()];
        p.get(all);
        return all;
    }

    private static String text(ByteBuffer p) {
        byte[] b = new byte[p.getInt()];
        p.get(b);
        return new String(b, StandardCharsets.UTF_8);
    }

    private static List<String> texts(ByteBuffer p) {
        List<String> all = new ArrayList<>();
        for (int n = p.getInt(); n > 0; n--) {
            all.add(text(p));
        }
        return all;
    }

    private void run(ByteBuffer p) {
        int id = p.getInt();
        long number = Integer.toUnsignedLong(p.getInt());
        p.getInt();
        Process process = new Process(number, texts(p), texts(p));
        text(p);
        text(p);
        texts(p);
        for (int n = p.getInt(); n > 0; n--) {
            p.position(p.position() + 20);
        }
        p.position(p.position() + 12);
        for (int fd = 0; fd < 3; fd++) {
            process.streams[fd] = p.getShort() & 0xFFFF;
        }
        long credit = Integer.toUnsignedLong(p.getInt());
        process.credit[1] = credit;
        process.credit[2] = credit;
        Program program = programs.get(process.argv.getFirst());
        if (program == null) {
            result(id, process.argv.getFirst().equals("/etc/passwd") ? 13 : 2, 7, "exec".getBytes(StandardCharsets.UTF_8));
            return;
        }
        processes.put(number, process);
        result(id, 0, 0, new byte[] {(byte) number, 0, 0, 0});
        if (process.streams[STDIN] != 0) {
            send(Frame.CREDIT, process.streams[STDIN], new Payload().u32(64 << 10).toBuffer());
        }
        process.thread = Thread.ofVirtual().start(() -> live(process, program));
    }

    private void live(Process process, Program program) {
        int status;
        try {
            status = program.run(process);
        } catch (InterruptedException e) {
            status = 128 + Math.max(process.signal, 9);
        }
        synchronized (this) {
            if (over) {
                return;
            }
            for (int fd = 1; fd < 3; fd++) {
                if (process.streams[fd] != 0) {
                    send(Frame.END, process.streams[fd], ByteBuffer.allocate(0));
                }
            }
            send(Frame.EXIT, 0, new Payload().u32(process.number).u8(status > 128 ? 1 : 0).u8(status > 128 ? status - 128 : status).u8(0).u8(0)
                .u64(System.currentTimeMillis() * 1_000_000).toBuffer());
            processes.remove(process.number);
        }
    }

    private void signal(ByteBuffer p) {
        int id = p.getInt();
        Process process = processes.get(Integer.toUnsignedLong(p.getInt()));
        int signal = p.get();
        if (process == null) {
            result(id, 3, 9, new byte[0]);
            return;
        }
        process.signal = signal;
        result(id, 0, 0, new byte[0]);
        if (signal == 9) {
            process.thread.interrupt();
        }
        notifyAll();
    }

    /** The machine is off. */
    void off() throws IOException {
        List<Thread> threads;
        synchronized (this) {
            over = true;
            threads = processes.values().stream().map(q -> q.thread).toList();
            notifyAll();
            cut();
        }
        threads.forEach(Thread::interrupt);
    }
}
