package io.hypr.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.service.component.annotations.Component;

import io.hypr.frontend.DoctorCheck;
import io.hypr.model.Availability;

/** Looks whether hyprd has the capabilities that containers need. */
@Component(property = "hypr.name=privileges")
public final class PrivilegesCheck implements DoctorCheck {

    private static final Path STATUS = Path.of("/proc/self/status");
    /** By their numbers, capabilities(7). */
    private static final Map<Integer, String> NEEDED = new LinkedHashMap<>();

    static {
        NEEDED.put(0, "CAP_CHOWN (each container's disk belongs to a user of its own)");
        NEEDED.put(5, "CAP_KILL (to end microVMs)");
        NEEDED.put(6, "CAP_SETGID and CAP_SETUID (each microVM runs as a user of its own)");
        NEEDED.put(12, "CAP_NET_ADMIN (networks and published ports)");
        NEEDED.put(21, "CAP_SYS_ADMIN (name spaces and control groups of microVMs)");
    }

    private final Path status;

    /** Of this process. */
    public PrivilegesCheck() {
        this(STATUS);
    }

    PrivilegesCheck(Path status) {
        this.status = status;
    }

    @Override
    public String title() {
        return "Privileges of hyprd";
    }

    @Override
    public Availability check() {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("CapEff:")) {
                    return of(Long.parseUnsignedLong(line.substring(7).strip(), 16));
                }
            }
            return Availability.unknown(status + " does not tell the capabilities.");
        } catch (IOException | NumberFormatException e) {
            return Availability.unknown("The capabilities cannot be read from " + status + ": " + e.getMessage());
        }
    }

    private static Availability of(long effective) {
        List<String> missing = new ArrayList<>();
        NEEDED.forEach((bit, name) -> {
            if ((effective >>> bit & 1) == 0) {
                missing.add(name);
            }
        });
        return missing.isEmpty() ? Availability.available()
            : Availability.unsupported("Containers cannot be started without " + String.join(", ", missing) + ".", "Run hyprd as root.");
    }
}
