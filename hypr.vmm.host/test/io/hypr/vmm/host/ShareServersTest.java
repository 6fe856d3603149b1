package io.hypr.vmm.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

class ShareServersTest {

    private static final Path SOCKET = Path.of("/run/fs0");
    private static final Path SOURCE = Path.of("/srv/data");

    @Test
    void eachProgramIsAskedInItsOwnWords() {
        assertEquals(List.of("/opt/bin/hypr-virtiofsd", "/run/fs0", "/srv/data"), ShareServers.command(Path.of("/opt/bin/hypr-virtiofsd"), SOCKET, SOURCE));
        List<String> rust = ShareServers.command(Path.of("/usr/libexec/virtiofsd"), SOCKET, SOURCE);
        assertTrue(rust.containsAll(List.of("--socket-path=/run/fs0", "--shared-dir=/srv/data", "--no-readdirplus")), rust.toString());
        List<String> c = ShareServers.command(Path.of("/usr/lib/qemu/virtiofsd"), SOCKET, SOURCE);
        assertTrue(c.containsAll(List.of("--socket-path=/run/fs0", "source=/srv/data", "no_readdirplus")), c.toString());
    }
}
