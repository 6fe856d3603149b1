package org.example.traced;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.hypr.tck.VmmBackendContract;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmmBackend;

/** HYPR's contract of backends, unchanged, with real microVMs. */
class TracedBackendTest extends VmmBackendContract {

    private static final Path DIST = Path.of(System.getProperty("hypr.dist"));

    @TempDir
    Path home;

    @Override
    protected VmmBackend backend() {
        Trace trace = new Trace(home.resolve("calls"));
        return trace.of(VmmBackend.class, "backend", new TracedBackend(DIST.resolve("bin/hypr-start"), trace));
    }

    @Override
    protected VmPlan.Boot boot() {
        return new VmPlan.Boot(DIST.resolve("share/kernel/vmlinux"), DIST.resolve("share/kernel/bzImage"), DIST.resolve("share/initramfs.cpio"), List.of());
    }

    @Override
    protected String name() {
        return TracedBackend.NAME;
    }

    @Override
    protected Set<String> facets() {
        return Set.of();
    }

    @Override
    protected Path records() {
        return Path.of("test/records");
    }

    @Test
    void everyCallIsWrittenDown() throws Exception {
        welcomed(started(fixture().plan()));
        List<String> calls = Files.readAllLines(home.resolve("calls"));
        for (String call : List.of("backend probe", "backend launch", fixture().plan().id().substring(0, 12) + " link")) {
            assertTrue(calls.stream().anyMatch(c -> c.contains(" " + call + " ")), call + " in " + calls);
        }
    }
}
