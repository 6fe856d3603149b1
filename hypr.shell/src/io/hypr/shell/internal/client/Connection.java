package io.hypr.shell.internal.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;

import org.apache.felix.service.command.CommandProcessor;
import org.osgi.service.log.Logger;

import io.hypr.model.HyprException;
import io.hypr.shell.internal.Exchanged;

/** One client of the socket: one command, read by one thread and run by another. */
public final class Connection {

    private static final int REFUSED = 125;
    private static final int FAULT = 125;

    private final SocketChannel socket;
    private final Frames frames;
    private final CommandProcessor processor;
    private final Logger log;
    private final Consumer<Connection> ended;
    private final Thread reader;
    private volatile Thread worker;

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

    /** @return whether this thread runs its command */
    public boolean isOfThisThread() {
        return worker == Thread.currentThread();
    }

    /** Ends it, whatever its command does; the client says that hyprd left before the command ended. */
    public void drop() {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("A client's connection was not closed cleanly", e);
        }
    }

    private void serve() {
        try (socket) {
            Request request = request();
            if (request != null) {
                serve(request);
            }
        } catch (IOException e) {
            log.debug("A client's connection broke", e);
        } finally {
            ended.accept(this);
        }
    }

    /** @return what the client wants; null if it left, or was told that it cannot be understood */
    private Request request() throws IOException {
        try {
            return Request.read(frames);
        } catch (Request.Malformed e) {
            refuse(e);
            return null;
        }
    }

    /** Tells the client why its command is not run. */
    private void refuse(Request.Malformed e) {
        byte[] sentence = (e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            frames.write(Frames.ERROR, sentence, 0, sentence.length);
            frames.write(Frames.EXIT, REFUSED);
        } catch (IOException gone) {
            e.addSuppressed(gone);
        }
        log.warn("A client's command was refused", e);
    }

    private void serve(Request request) throws IOException {
        ClientCall[] call = new ClientCall[1];
        worker = Thread.ofVirtual().name("hypr " + String.join(" ", request.words())).unstarted(() -> run(call[0], request));
        call[0] = new ClientCall(frames, request, worker);
        worker.start();
        try {
            for (Frames.Frame f = frames.read(); f != null; f = frames.read()) {
                switch (f.type()) {
                    case Frames.INPUT -> call[0].input(f.payload());
                    case Frames.SIGNAL -> signal(call[0], f.payload().get() & 0xff);
                    case Frames.SIZE -> call[0].resized(Short.toUnsignedInt(f.payload().getShort()), Short.toUnsignedInt(f.payload().getShort()));
                    default -> throw new IOException("A client sent a frame of type " + f.type());
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("A client sent a frame that does not fit", e);
        } finally {
            if (worker.isAlive()) {
                call[0].hangUp();
            }
        }
    }

    private void signal(ClientCall call, int number) {
        try {
            call.signal(number);
        } catch (HyprException e) {
            // Who it was for has just ended, most often; the command tells its end.
            log.debug("The signal {} was not delivered", number, e);
        }
    }

    /** Nothing was done for the client: it asks again. */
    private void again() {
        try {
            frames.write(Frames.AGAIN);
            socket.shutdownOutput();
        } catch (IOException e) {
            log.debug("A client was gone before it could be told to ask again", e);
        }
    }

    private void run(ClientCall call, Request request) {
        int status = FAULT;
        try {
            status = new Runner(processor, log).run(call, call::endedBy, request.words());
        } catch (Exchanged e) {
            again();
            return;
        } catch (RuntimeException | Error e) {
            log.error("A command ended by a fault of hyprd", e);
            call.err().println("hyprd failed: " + e);
        }
        call.out().flush();
        call.err().flush();
        try {
            call.raw(false);
            frames.write(Frames.EXIT, status);
            // The client closes; its end of file ends the reader.
            socket.shutdownOutput();
        } catch (IOException | UncheckedIOException e) {
            log.debug("A client was gone before its command ended", e);
        }
    }
}
