package io.hypr.vmm.qemu.internal;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * One conversation with a QEMU monitor, by the QEMU Machine Protocol: JSON objects, one a line, in both directions.
 *
 * <p>
 * A monitor serves one client at a time; another that connects meanwhile is served when the first one is gone. Hence conversations are short:
 * connect, ask, close. All methods may be called from several threads.
 */
public final class Qmp implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** No answer to a command that is used here comes near this many octets. */
    private static final int LONGEST_LINE = 1 << 20;
    /** Events that nobody waits for must not pile up without bound. */
    private static final int MOST_EVENTS = 256;

    private static final long PAUSE = Duration.ofMillis(5).toNanos();

    private final SocketChannel channel;
    private final Duration limit;
    private final AtomicLong ids = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final CompletableFuture<JsonNode> greeting = new CompletableFuture<>();
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>(MOST_EVENTS);
    private volatile IOException broken;

    private Qmp(SocketChannel channel, Duration limit) {
        this.channel = channel;
        this.limit = limit;
    }

    /**
     * Connects to a monitor that listens. There is room for two who wait to be served; whoever finds it taken tries again.
     *
     * @param socket of the monitor
     * @param limit how long the connection, the greeting, and later each answer, may take
     * @return a conversation that has been opened
     * @throws IOException if nobody listens there
     * @throws HyprException {@code TIMEOUT} if the monitor serves somebody else or hangs, {@code UNAVAILABLE} if it hangs up
     */
    public static Qmp connect(Path socket, Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.configureBlocking(false); // Else a platform thread would wait without limit, where a virtual one is told.
                channel.connect(UnixDomainSocketAddress.of(socket));
                channel.configureBlocking(true);
                return over(channel, limit);
            } catch (ConnectException | ClosedChannelException e) {
                channel.close();
                throw e;
            } catch (IOException e) {
                channel.close();
                if (Files.notExists(socket)) {
                    throw e;
                }
                if (System.nanoTime() > end) {
                    throw new HyprException(ErrorCode.TIMEOUT, "QEMU's monitor took no further connection in " + limit.toMillis() + " ms.", e);
                }
            }
            LockSupport.parkNanos(PAUSE);
        }
    }

    /**
     * Opens the conversation on a connection: takes the greeting and leaves the negotiation of capabilities.
     *
     * @param channel to a monitor; closed with the conversation, and when it cannot be opened
     * @param limit how long the greeting, and later each answer, may take
     * @return a conversation that has been opened: QEMU's main loop runs, so all its devices are there
     * @throws HyprException {@code TIMEOUT} or {@code UNAVAILABLE}
     */
    public static Qmp over(SocketChannel channel, Duration limit) {
        Qmp qmp = new Qmp(channel, limit);
        Thread.ofVirtual().name("qmp").start(qmp::listen);
        try {
            qmp.await(qmp.greeting, "its greeting");
            qmp.execute("qmp_capabilities", Map.of());
            return qmp;
        } catch (RuntimeException e) {
            qmp.close();
            throw e;
        }
    }

    /**
     * Has a command carried out.
     *
     * @param command its name
     * @param arguments by name; empty for none
     * @return what the answer's {@code return} holds
     * @throws HyprException {@code TIMEOUT}, {@code UNAVAILABLE} if QEMU hangs up, {@code INTERNAL} with QEMU's words if it refuses
     */
    public JsonNode execute(String command, Map<String, ?> arguments) {
        long id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        ObjectNode request = JSON.createObjectNode().put("execute", command);
        if (!arguments.isEmpty()) {
            request.set("arguments", JSON.valueToTree(arguments));
        }
        request.put("id", id);
        try {
            send(request);
            JsonNode reply = await(answer, "an answer to " + command);
            if (reply.has("error")) {
                throw new HyprException(ErrorCode.INTERNAL, "QEMU refused " + command + ": " + reply.path("error").path("desc").asText());
            }
            return reply.path("return");
        } catch (IOException e) {
            throw gone("QEMU does not take the command " + command + ".", e);
        } finally {
            asked.remove(id);
        }
    }

    /**
     * Waits for an event. Events that came since the conversation began count; others that come before it are dropped.
     *
     * @param name of the event, such as {@code STOP}
     * @param limit how long to wait
     * @return the event's {@code data}
     * @throws InterruptedException if the thread was interrupted
     * @throws HyprException {@code TIMEOUT} or {@code UNAVAILABLE}
     */
    public JsonNode awaitEvent(String name, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            JsonNode event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (event == null) {
                throw new HyprException(ErrorCode.TIMEOUT, "QEMU did not report " + name + " in " + limit.toMillis() + " ms.");
            }
            if (event.isMissingNode()) {
                throw gone("QEMU hung up before it reported " + name + ".", broken);
            }
            if (event.path("event").asText().equals(name)) {
                return event.path("data");
            }
        }
    }

    /** Hangs up. Who waits for an answer gets {@code UNAVAILABLE}. Idempotent. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            fail(e);
        }
    }

    private JsonNode await(CompletableFuture<JsonNode> what, String name) {
        if (broken != null) {
            what.completeExceptionally(broken);
        }
        try {
            return what.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new HyprException(ErrorCode.TIMEOUT, "QEMU's monitor did not send " + name + " in " + limit.toMillis() + " ms.", e);
        } catch (ExecutionException e) {
            throw gone("QEMU hung up before it sent " + name + ".", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while waiting for " + name + " from QEMU.", e);
        }
    }

    private synchronized void send(ObjectNode request) throws IOException {
        byte[] line = JSON.writeValueAsBytes(request);
        ByteBuffer octets = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
        while (octets.hasRemaining()) {
            channel.write(octets);
        }
    }

    /** Reads lines until the end of the connection. */
    private void listen() {
        ByteBuffer read = ByteBuffer.allocate(4096);
        byte[] line = new byte[1024];
        int length = 0;
        try {
            while (channel.read(read) >= 0) {
                read.flip();
                while (read.hasRemaining()) {
                    byte octet = read.get();
                    if (octet == '\n') {
                        take(JSON.readTree(line, 0, length));
                        length = 0;
                    } else {
                        if (length == line.length) {
                            if (length >= LONGEST_LINE) {
                                throw new IOException("QEMU's monitor sent a line longer than " + LONGEST_LINE + " octets");
                            }
                            line = java.util.Arrays.copyOf(line, length * 2);
                        }
                        line[length++] = octet;
                    }
                }
                read.clear();
            }
            throw new EOFException("QEMU's monitor hung up");
        } catch (JsonProcessingException e) {
            fail(new IOException("QEMU's monitor sent something that is no JSON", e));
        } catch (IOException e) {
            fail(e);
        } finally {
            close();
        }
    }

    private void take(JsonNode message) {
        if (message.has("QMP")) {
            greeting.complete(message.get("QMP"));
        } else if (message.has("event")) {
            while (!events.offer(message)) {
                events.poll();
            }
        } else if (message.has("id")) {
            CompletableFuture<JsonNode> answer = asked.get(message.get("id").asLong());
            if (answer != null) {
                answer.complete(message);
            }
        }
    }

    private void fail(IOException e) {
        if (broken == null) {
            broken = e instanceof ClosedChannelException ? new EOFException("The conversation was closed") : e;
        }
        greeting.completeExceptionally(broken);
        asked.values().forEach(answer -> answer.completeExceptionally(broken));
        while (!events.offer(JSON.missingNode())) {
            events.poll();
        }
    }

    private static HyprException gone(String sentence, Throwable cause) {
        return new HyprException(ErrorCode.UNAVAILABLE, sentence, cause);
    }
}
