package io.hypr.shell.internal.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import org.apache.felix.service.command.CommandProcessor;

import io.hypr.shell.internal.Fakes;

/** A client of the socket, and the connection that serves it, over a real unix socket. */
final class Client implements AutoCloseable {

    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final StringBuilder events = new StringBuilder();
    final CompletableFuture<Connection> over = new CompletableFuture<>();
    private final SocketChannel socket;
    private final Frames frames;

    Client(Path directory, CommandProcessor processor) throws IOException {
        Path file = directory.resolve("s" + System.nanoTime());
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(file));
            socket = SocketChannel.open(UnixDomainSocketAddress.of(file));
            new Connection(server.accept(), processor, Fakes.log(), over::complete).start();
        }
        frames = new Frames(socket);
    }

    static byte[] command(int version, int flags, String directory, List<String> words, List<String> environment) {
        ByteBuffer b = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(0).putShort((short) version).putShort((short) flags).putShort((short) 24).putShort((short) 80).putShort((short) 022).putShort((short) 0);
        string(b, directory);
        strings(b, words);
        strings(b, environment);
        b.putInt(0, b.position());
        byte[] all = new byte[b.position()];
        b.flip().get(all);
        return all;
    }

    private static void strings(ByteBuffer b, List<String> all) {
        b.putInt(all.size());
        all.forEach(s -> string(b, s));
    }

    private static void string(ByteBuffer b, String s) {
        byte[] bytes = s.getBytes(StandardCharsets.UTF_8);
        b.putInt(bytes.length).put(bytes);
    }

    void command(int flags, String... words) throws IOException {
        send(Frames.COMMAND, command(1, flags, "/tmp", List.of(words), List.of("A=b", "TERM=xterm")));
    }

    void send(int type, byte[] payload) throws IOException {
        ByteBuffer b = ByteBuffer.allocate(8 + payload.length).order(ByteOrder.LITTLE_ENDIAN);
        b.put((byte) type).put(new byte[3]).putInt(payload.length).put(payload).flip();
        while (b.hasRemaining()) {
            socket.write(b);
        }
    }

    /** Reads a frame; notes and keeps what it says. @return its type; 0 at the end */
    int next() throws IOException {
        Frames.Frame f = frames.read();
        if (f == null) {
            return 0;
        }
        byte[] payload = new byte[f.payload().remaining()];
        f.payload().duplicate().get(payload);
        switch (f.type()) {
            case Frames.OUTPUT -> out.writeBytes(payload);
            case Frames.ERROR -> err.writeBytes(payload);
            case Frames.WANT -> events.append("want ").append(f.payload().getInt()).append(';');
            case Frames.RAW -> events.append("raw ").append(payload[0]).append(';');
            case Frames.EXIT -> events.append("exit ").append(payload[0] & 0xff).append(';');
            case Frames.AGAIN -> events.append("again;");
            default -> throw new IOException("type " + f.type());
        }
        return f.type();
    }

    /** @return the exit status; -1 if the connection ended without one */
    int untilExit() throws IOException {
        for (int type = next(); type != 0; type = next()) {
            if (type == Frames.EXIT) {
                return Integer.parseInt(events.substring(events.lastIndexOf("exit ") + 5, events.length() - 1));
            }
        }
        return -1;
    }

    void until(int type) throws IOException {
        for (int t = next(); t != type; t = next()) {
            if (t == 0) {
                throw new IOException("The connection ended; " + err);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
