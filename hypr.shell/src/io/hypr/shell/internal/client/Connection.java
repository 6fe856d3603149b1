package io.hypr.shell.internal.client;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.function.Consumer;

import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.log.Logger;

/** One client of the socket: one command, read by one thread and run by another. */
public final class Connection {

    private final SocketChannel socket;
    private final Frames frames;
    private final CommandProcessor processor;
    private final Logger log;
    private final Consumer<Connection> ended;
    private final Thread reader;

    /**
     * @param socket the connection
     * @param processor runs the command
     * @param log where failures go
     * @param ended told when it is over
     */
    public Connection(SocketChannel socket, CommandProcessor processor, Logger log, Consumer<Connection> ended) {
        this.socket = socket;
        this.processor = processor;
        this.log = log;
        this.ended = ended;
        frames = new Frames(socket);
        reader = Thread.ofVirtual().name("hypr client").unstarted(this::serve);
    }

    /** Begins to serve the client. */
    public void start() {
        reader.start();
    }

    /**
     * @param limit how long to wait
     * @return whether it is over
     * @throws InterruptedException if the thread was interrupted
     */
    public boolean awaitEnd(Duration limit) throws InterruptedException {
        return reader.join(limit);
    }

    private void serve() {
        try (socket) {
            Request request = Request.read(frames);
            if (request != null) {
                serve(request);
            }
        } catch (IOException e) {
            log.debug("A client's connection broke", e);
        } finally {
            ended.accept(this);
        }
    }

    private void serve(Request request) throws IOException {
        Thread worker = Thread.ofVirtual().name("hypr " + String.join(" ", request.words())).unstarted(() -> { });
        ClientCall[] call = new ClientCall[1];
        worker = Thread.ofVirtual().name("hypr " + String.join(" ", request.words())).unstarted(() -> run(call[0], request));
        call[0] = new ClientCall(frames, request, worker);
        worker.start();
        try {
            for (Frames.Frame f = frames.read(); f != null; f = frames.read()) {
                switch (f.type()) {
                    case Frames.INPUT -> call[0].input(f.payload());
                    case Frames.SIGNAL -> call[0].signal(f.payload().get() & 0xff);
                    case Frames.SIZE -> call[0].resized(Short.toUnsignedInt(f.payload().getShort()), Short.toUnsignedInt(f.payload().getShort()));
                    default -> throw new IOException("A client sent a frame of type " + f.type());
                }
            }
        } catch (java.nio.BufferUnderflowException e) {
            throw new IOException("A client sent a frame that is too short", e);
        } finally {
            if (worker.isAlive()) {
                call[0].hangUp();
            }
        }
    }

    private void run(ClientCall call, Request request) {
        int status = new Runner(processor, log).run(call, call::endedBy, request.words());
        call.out().flush();
        call.err().flush();
        try {
            frames.write(Frames.EXIT, status);
            // The client closes; its end of file ends the reader.
            socket.shutdownOutput();
        } catch (IOException e) {
            log.debug("A client was gone before its command ended", e);
        }
    }
}
