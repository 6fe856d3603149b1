package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

import io.hypr.engine.ContainerState;
import io.hypr.engine.SystemInfo;
import io.hypr.model.HyprException;

/** The engine and its host. */
public class SystemService implements SystemInfo {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public SystemService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public Info facts() {
        Engine e = engine.get();
        Info info = new Info();
        info.version = e.settings().version();
        info.pid = ProcessHandle.current().pid();
        info.uptime = ProcessHandle.current().info().startInstant().map(s -> Duration.between(s, Instant.now())).orElse(Duration.ZERO);
        info.home = e.settings().home().toString();
        info.hostname = HostFacts.hostname();
        info.hostKernel = System.getProperty("os.version");
        info.guestKernel = release(e.settings().bzImage());
        info.architecture = HostFacts.architecture();
        info.operatingSystem = HostFacts.operatingSystem();
        info.processors = Runtime.getRuntime().availableProcessors();
        info.memory = HostFacts.memory();
        info.booted = e.startTimes(true).starts();
        info.fromTemplates = e.startTimes(false).starts();
        return info;
    }

    @Override
    public Info info() {
        Engine e = engine.get();
        Info info = facts();
        for (Container c : e.all()) {
            info.containers++;
            ContainerState state = c.state();
            if (state == ContainerState.RUNNING) {
                info.running++;
            } else if (state == ContainerState.PAUSED) {
                info.paused++;
            } else {
                info.stopped++;
            }
        }
        try {
            info.images = e.services().images().list().size();
        } catch (HyprException none) {
            info.images = 0; // The bundle that knows images is away.
        }
        info.backends = e.services().backends.parts(e.settings().backends());
        info.backend = info.backends.stream().filter(p -> p.availability.isAvailable()).findFirst().map(p -> p.name).orElse("");
        info.networkDrivers = e.services().networks.parts();
        info.deviceDrivers = e.services().devices.parts();
        return info;
    }

    /** A bzImage says its release as text at the place that two octets at 0x20E name (Linux, Documentation/arch/x86/boot.rst, kernel_version). */
    private static String release(Path bzImage) {
        try (var in = Files.newInputStream(bzImage)) {
            byte[] head = in.readNBytes(0x4000);
            int at = ((head[0x20E] & 0xFF) | (head[0x20F] & 0xFF) << 8) + 0x200;
            int end = at;
            while (end < head.length && head[end] > ' ') {
                end++;
            }
            return new String(head, at, end - at, StandardCharsets.US_ASCII);
        } catch (IOException | IndexOutOfBoundsException e) {
            return ""; // Not found: the contract's word for it.
        }
    }
}
