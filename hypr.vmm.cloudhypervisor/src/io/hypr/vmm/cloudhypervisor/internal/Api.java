package io.hypr.vmm.cloudhypervisor.internal;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Cloud Hypervisor's REST API: HTTP/1.1 with JSON over a unix socket, one connection a request, so that a successor of this bundle can ask at any time too.
 * Safe for use by several threads.
 */
public final class Api {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROOT = "/api/v1/";
    /** Cloud Hypervisor serves ten connections at once, and refuses others. */
    private static final int AT_ONCE = 4;
    private static final int UNAVAILABLE = 503;
    /** No answer comes near this many octets. */
    private static final int LONGEST_ANSWER = 1 << 20;

    private final Path socket;
    private final Duration limit;
    private final Semaphore turns = new Semaphore(AT_ONCE);

    /**
     * @param socket of the API
     * @param limit how long an answer may take
     */
    public Api(Path socket, Duration limit) {
        this.socket = socket;
        this.limit = limit;
    }

    /** What came back: the status, and the body if there was one. */
    private record Answer(int status, JsonNode body) {
    }

    /**
     * Asks.
     *
     * @param what a GET endpoint, such as {@code vm.info}
     * @return the answer's JSON
     * @throws HyprException as {@link #put}
     */
    public JsonNode get(String what) {
        return carryOut("GET", what, null);
    }

    /**
     * Has something done.
     *
     * @param what a PUT endpoint, such as {@code vm.boot}
     * @param body what the endpoint takes; null for none
     * @return the answer's JSON; a missing node if it has none
     * @throws HyprException {@code UNAVAILABLE} if nobody answers, {@code TIMEOUT}, or what {@link Refusal} makes of Cloud Hypervisor's words
     */
    public JsonNode put(String what, JsonNode body) {
        return carryOut("PUT", what, body);
    }

    private JsonNode carryOut(String method, String what, JsonNode body) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            if (!turns.tryAcquire(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                throw late(what, null);
            }
            try {
                while (true) {
                    Answer answer = exchange(method, what, body, end - System.nanoTime());
                    if (answer.status() == UNAVAILABLE && System.nanoTime() < end) {
                        Thread.sleep(Duration.ofMillis(5)); // Others have all the connections, for the moment of a request.
                    } else if (answer.status() < 200 || answer.status() > 299) {
                        throw Refusal.of(words(answer));
                    } else {
                        return answer.body();
                    }
                }
            } finally {
                turns.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while Cloud Hypervisor was asked for " + what + ".", e);
        }
    }

    /** The conversation is in a thread of its own: closing the channel is what ends a wait, and an interrupt would close it as well. */
    private Answer exchange(String method, String what, JsonNode body, long nanoseconds) throws InterruptedException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            FutureTask<Answer> talk = new FutureTask<>(() -> talk(channel, method, what, body));
            Thread.ofVirtual().name("cloud-hypervisor " + what).start(talk);
            return talk.get(Math.max(nanoseconds, 1), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late(what, e);
        } catch (ExecutionException e) {
            throw silent(what, e.getCause());
        } catch (IOException e) {
            throw silent(what, e);
        }
    }

    private HyprException late(String what, Throwable cause) {
        return new HyprException(ErrorCode.TIMEOUT,
                "Cloud Hypervisor at " + socket + " has not answered to " + what + " in " + limit.toSeconds() + " s.", cause);
    }

    private HyprException silent(String what, Throwable cause) {
        return new HyprException(ErrorCode.UNAVAILABLE, "Cloud Hypervisor at " + socket + " does not answer to " + what + ".", cause);
    }

    private static Answer talk(SocketChannel channel, String method, String what, JsonNode body) throws IOException {
        byte[] content = body == null ? new byte[0] : JSON.writeValueAsBytes(body);
        StringBuilder head = new StringBuilder(method).append(' ').append(ROOT).append(what)
                .append(" HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n");
        if (body != null) {
            head.append("Content-Type: application/json\r\nContent-Length: ").append(content.length).append("\r\n");
        }
        ByteBuffer request = ByteBuffer.wrap((head + "\r\n" + new String(content, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8));
        try {
            while (request.hasRemaining()) {
                channel.write(request);
            }
        } catch (IOException cut) {
            return refusalOf(channel, cut);
        }
        return answer(channel);
    }

    /** Who has all connections taken says so and hangs up, without waiting for the request. */
    private static Answer refusalOf(SocketChannel channel, IOException cut) throws IOException {
        try {
            return answer(channel);
        } catch (IOException silent) {
            cut.addSuppressed(silent);
            throw cut;
        }
    }

    private static Answer answer(SocketChannel channel) throws IOException {
        ByteBuffer octets = ByteBuffer.allocate(LONGEST_ANSWER);
        int headEnd;
        while ((headEnd = text(octets).indexOf("\r\n\r\n")) < 0) {
            fill(channel, octets);
        }
        String[] lines = text(octets).substring(0, headEnd).split("\r\n");
        int status = Integer.parseInt(lines[0].split(" ")[1]);
        int length = 0;
        for (String line : lines) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(line.substring(line.indexOf(':') + 1).strip());
            }
        }
        int begin = headEnd + 4;
        while (octets.position() < begin + length) {
            fill(channel, octets);
        }
        byte[] body = java.util.Arrays.copyOfRange(octets.array(), begin, begin + length);
        try {
            return new Answer(status, length == 0 ? MissingNode.getInstance() : JSON.readTree(body));
        } catch (JsonProcessingException e) {
            return new Answer(status, JSON.getNodeFactory().textNode(new String(body, StandardCharsets.UTF_8))); // Words, then; only refusals have them.
        }
    }

    private static void fill(SocketChannel channel, ByteBuffer octets) throws IOException {
        if (!octets.hasRemaining()) {
            throw new IOException("The answer has more than " + LONGEST_ANSWER + " octets");
        }
        if (channel.read(octets) < 0) {
            throw new EOFException("The connection has ended within an answer");
        }
    }

    private static String text(ByteBuffer octets) {
        return new String(octets.array(), 0, octets.position(), StandardCharsets.ISO_8859_1);
    }

    /** A refusal is a list of sentences, each the cause of the one before it. */
    private static List<String> words(Answer answer) {
        List<String> words = new ArrayList<>();
        if (answer.body().isArray()) {
            answer.body().forEach(sentence -> words.add(sentence.asText()));
        } else if (!answer.body().asText("").isBlank()) {
            words.add(answer.body().asText().strip());
        }
        return words.isEmpty() ? List.of("HTTP status " + answer.status()) : words;
    }
}
