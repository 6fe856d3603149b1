package io.hypr.vmm.cloudhypervisor.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reports as Cloud Hypervisor writes them. */
class EventsTest {

    private static final String RESET = Events.RESET;

    @TempDir
    Path directory;

    private static String event(String source, String event) {
        return """
            {
              "timestamp": {
                "secs": 0,
                "nanos": 6685270
              },
              "source": "%s",
              "event": "%s",
              "properties": {
                "id": "disk0"
              }
            }

            """.formatted(source, event);
    }

    private String ending(String... events) throws IOException {
        return new Events(Files.writeString(directory.resolve("events"), String.join("", events))).ending();
    }

    @Test
    void theLastReportSaysHowItEnded() throws IOException {
        String begin = event("vmm", "starting") + event("vm", "booting") + event("vm", "booted");
        assertEquals("", ending(begin, event("virtio-device", "activated")));
        assertEquals(RESET, ending(begin, event("vm", "rebooting")));
        assertEquals("The guest switched its machine off, or one of Cloud Hypervisor's threads failed.",
                ending(begin, event("vm", "deleted"), event("vmm", "shutdown")));
    }

    @Test
    void whatIsCutOffOrNoReportIsLeftOut() throws IOException {
        assertEquals(RESET, ending(event("vm", "rebooting"), "{\"source\":\"vm"));
        assertEquals(RESET, ending(event("vm", "rebooting"), "[1] \"text\" no JSON"));
        assertEquals("", ending());
        assertEquals("", new Events(directory.resolve("no-such")).ending());
    }

    @Test
    void ofALongFileTheEndIsRead() throws IOException {
        assertEquals(RESET, ending(event("virtio-device", "reset").repeat(2000), event("vm", "rebooting")));
        assertEquals("", ending(event("vm", "rebooting"), event("virtio-device", "reset").repeat(2000)));
    }

    @Test
    @Timeout(20)
    void aPipeInItsPlaceHoldsNobodyUp() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        assertEquals("", new Events(pipe).ending());
    }

    @Test
    void noLinkIsFollowed() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), event("vm", "rebooting"));
        assertEquals("", new Events(Files.createSymbolicLink(directory.resolve("link"), secret)).ending());
    }
}
