package io.hypr.vmm.host;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Finds out by hypr-kvmprobe whether KVM runs a guest, once per boot of the host: {@code /dev/kvm} that opens is no proof. The result is kept in a file
 * for later processes and for other backends. Safe for use by several threads.
 */
public final class KvmProbe {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final String FIRMWARE =
            "Use a host with hardware virtualisation, or enable it in the firmware; in a virtual machine, nested virtualisation.";

    private final Path program;
    private final Path cache;
    private Kvm found;

    /**
     * @param program path of hypr-kvmprobe
     * @param cache file that keeps the result
     */
    public KvmProbe(Path program, Path cache) {
        this.program = program;
        this.cache = cache;
    }

    /** @return whether KVM works, and why not */
    public synchronized Kvm find() {
        if (found == null) {
            found = Files.exists(DEVICE) ? judge(result()) : absent();
        }
        return found;
    }

    private static Kvm absent() {
        return new Kvm(false, "This host has no /dev/kvm.", FIRMWARE, -1);
    }

    private static Kvm judge(JsonNode result) {
        String reason = result.path("reason").asText();
        return switch (result.path("kvm").asText()) {
            case "works" -> permitted();
            case "absent" -> absent();
            case "denied" -> new Kvm(false, "/dev/kvm may not be opened (" + reason + ").",
                    "Let hyprd open it: run hyprd as root, or make its user a member of the device's group.", -1);
            case "broken" -> new Kvm(false, "KVM does not work on this host (" + reason + ").", FIRMWARE, -1);
            default -> new Kvm(false, "It could not be found out whether KVM works (" + reason + ").",
                    "Build HYPR again with ./dev build, or install its package again.", -1);
        };
    }

    /** A VMM runs as another user than the daemon: which group does it need? */
    private static Kvm permitted() {
        try {
            PosixFileAttributes device = Files.readAttributes(DEVICE, PosixFileAttributes.class);
            Set<PosixFilePermission> mode = device.permissions();
            String works = "KVM ran a guest on this host.";
            if (mode.containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE))
                    || !System.getProperty("user.name").equals("root")) {
                return new Kvm(true, works, "", -1);
            }
            if (mode.containsAll(Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE))) {
                return new Kvm(true, works, "", (Integer) Files.getAttribute(DEVICE, "unix:gid"));
            }
            return new Kvm(false, "KVM works, but only root may open /dev/kvm, and VMMs do not run as root.", "Run: chmod 0666 /dev/kvm", -1);
        } catch (IOException e) {
            return new Kvm(false, "/dev/kvm cannot be examined (" + e.getMessage() + ").", "See what /dev/kvm is: ls -l /dev/kvm", -1);
        }
    }

    private JsonNode result() {
        try {
            String boot = Files.readString(BOOT_ID).strip();
            JsonNode kept = kept(boot);
            if (kept != null) {
                return kept;
            }
            JsonNode result = ask();
            if (result.has("kvm")) {
                keep(boot, result);
            }
            return result;
        } catch (IOException e) {
            return JSON.valueToTree(Map.of("reason", String.valueOf(e.getMessage())));
        }
    }

    private JsonNode kept(String boot) throws IOException {
        try {
            JsonNode kept = JSON.readTree(cache.toFile());
            return kept.path("boot").asText().equals(boot) && kept.path("result").has("kvm") ? kept.path("result") : null;
        } catch (NoSuchFileException | FileNotFoundException | JsonProcessingException e) {
            return null; // Nothing is kept, or nothing that can be used: it is measured again.
        }
    }

    private void keep(String boot, JsonNode result) throws IOException {
        Files.createDirectories(cache.getParent());
        Path fresh = Files.createTempFile(cache.getParent(), "kvm", null);
        JSON.writeValue(fresh.toFile(), Map.of("boot", boot, "result", result));
        Files.move(fresh, cache, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private JsonNode ask() throws IOException {
        if (!Files.isExecutable(program)) {
            return JSON.valueToTree(Map.of("reason", program + " is missing"));
        }
        Process process = new ProcessBuilder(program.toString()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        process.getOutputStream().close();
        JsonNode result = JSON.readTree(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while finding out whether KVM works.", e);
        }
        return result;
    }
}
