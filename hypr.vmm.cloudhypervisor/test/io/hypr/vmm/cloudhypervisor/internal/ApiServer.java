package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Takes requests at a unix socket as Cloud Hypervisor does, holds each against the API's description, and answers as told. */
final class ApiServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    static final String DONE = "HTTP/1.1 204 \r\nServer: Cloud Hypervisor API\r\nConnection: keep-alive\r\n\r\n";

    private final ServerSocketChannel server;
    private final Thread serving;
    private final Description description = Description.read();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final Map<String, Deed> deeds = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();

    ApiServer(Path socket) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        serving = Thread.ofVirtual().start(this::serve);
    }

    /** What is answered to an endpoint from now on: the octets; an empty text hangs up. */
    void answer(String endpoint, String octets) {
        answers.put(endpoint, octets);
    }

    /** What Cloud Hypervisor does when it is asked for something. */
    interface Deed {
        void run() throws IOException;
    }

    void whenAsked(String endpoint, Deed deed) {
        deeds.put(endpoint, deed);
    }

    static String json(int status, String body) {
        return "HTTP/1.1 " + status + " \r\nServer: Cloud Hypervisor API\r\nConnection: keep-alive\r\nContent-Type: application/json\r\nContent-Length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    /** The requests that came, as {@code PUT vm.resize {"desired_vcpus":2}}. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    /** What in them was not as the API's description says. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    private void serve() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> talk(client));
            }
        } catch (ClosedChannelException e) {
            return; // The test is over, or closed it; this may not have been waiting at that moment.
        } catch (IOException e) {
            wrong.add(e.toString());
        }
    }

    private void talk(SocketChannel channel) {
        try (SocketChannel client = channel) {
            ByteBuffer octets = ByteBuffer.allocate(1 << 16);
            String text = "";
            while (!text.contains("\r\n\r\n") || text.length() < text.indexOf("\r\n\r\n") + 4 + length(text)) {
                if (client.read(octets) < 0) {
                    return;
                }
                text = new String(octets.array(), 0, octets.position(), StandardCharsets.ISO_8859_1);
            }
            String[] words = text.split(" ", 3);
            String endpoint = words[1].replaceFirst("^/api/v1/", "");
            String body = text.substring(text.indexOf("\r\n\r\n") + 4);
            requests.add(words[0] + " " + endpoint + (body.isEmpty() ? "" : " " + body));
            JsonNode json = body.isEmpty() ? null : JSON.readTree(body);
            wrong.addAll(description.wrong(words[0], endpoint, json));
            if (!words[1].startsWith("/api/v1/") || !words[2].startsWith("HTTP/1.1\r\n")) {
                wrong.add(text);
            }
            deeds.getOrDefault(endpoint, () -> { }).run();
            answer(client, answers.getOrDefault(endpoint, DONE));
        } catch (IOException e) {
            wrong.add(e.toString());
        }
    }

    private static void answer(SocketChannel client, String octets) {
        try {
            client.write(ByteBuffer.wrap(octets.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            return; // Who asked has hung up, as one does whose patience is at its end; that it had an answer is what the tests see.
        }
    }

    private static int length(String text) {
        String head = text.substring(0, text.indexOf("\r\n\r\n"));
        return head.lines().filter(line -> line.startsWith("Content-Length: ")).mapToInt(line -> Integer.parseInt(line.substring(16))).findFirst().orElse(0);
    }

    /** Nobody connects any more when this returns: what waits in accept takes one more connection on a busy machine. */
    @Override
    public void close() throws IOException {
        server.close();
        try {
            serving.join();
        } catch (InterruptedException e) {
            throw new InterruptedIOException("Interrupted while the last connection was awaited");
        }
    }
}
