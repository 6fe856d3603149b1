package io.hypr.vmm.qemu.internal;

import java.nio.file.Path;
import java.util.List;

import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmRefusal;

/** Says why QEMU did not start, from the last line that it wrote. */
final class StartFailure {

    private StartFailure() {
    }

    /**
     * @param log to which QEMU wrote
     * @param from where in it this start began
     * @param starter what hypr-start said; empty if it came as far as QEMU
     * @param status with which the process ended
     * @return an exception to throw
     */
    static HyprException of(Path log, long from, String starter, int status) {
        return VmmRefusal.ofStart("QEMU", log, from, starter, status, StartFailure::reason);
    }

    private static String reason(List<String> lines) {
        String last = lines.stream().reduce("", (a, b) -> b.contains(": ") || a.isEmpty() ? b : a);
        // Of an option that QEMU does not like it repeats all of it before it says why.
        return last.replaceFirst("^\\S*qemu-system-[^:]+: ", "").replaceFirst("^-\\w+ \\S+: ", "").strip();
    }
}
