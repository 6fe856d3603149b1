package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What Cloud Hypervisor's event monitor reports: JSON objects in a row, of which hypr-start keeps the end. They are a VMM's words, and the file is in the
 * directory of its user, so nothing of it goes anywhere as it is.
 *
 * @param file to which they go
 */
record Events(Path file) {

    static final String RESET = "The guest reset its machine, as its kernel does when it panics.";

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Octets that are read at most, of the end. */
    private static final int TAIL = 1 << 16;

    /** @return why Cloud Hypervisor has ended, as {@link io.hypr.vmm.VmSession#ending} says */
    String ending() {
        String ending = "";
        try (MappingIterator<JsonNode> events = JSON.readerFor(JsonNode.class).readValues(tail())) {
            while (events.hasNextValue()) {
                JsonNode event = events.nextValue();
                ending = switch (event.path("source").asText() + " " + event.path("event").asText()) {
                    case "vm rebooting" -> RESET;
                    case "vmm shutdown" -> "The guest switched its machine off, or one of Cloud Hypervisor's threads failed.";
                    default -> ending;
                };
            }
        } catch (IOException e) {
            return ending; // There is no file, or it ends within an event: what came before counts.
        }
        return ending;
    }

    private String tail() throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) { // To open a pipe would take for ever.
            throw new NoSuchFileException(file.toString());
        }
        try (SeekableByteChannel channel = Files.newByteChannel(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long begin = Math.max(0, channel.size() - TAIL);
            ByteBuffer octets = ByteBuffer.allocate(TAIL);
            channel.position(begin);
            while (octets.hasRemaining() && channel.read(octets) >= 0) {
                continue;
            }
            String text = new String(octets.array(), 0, octets.position(), StandardCharsets.UTF_8);
            return begin == 0 ? text : text.substring(Math.max(0, text.indexOf("\n{"))); // Each event begins a line.
        }
    }
}
