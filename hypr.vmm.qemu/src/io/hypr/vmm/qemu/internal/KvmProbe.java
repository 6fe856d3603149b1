package io.hypr.vmm.qemu.internal;

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

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * Finds out whether KVM runs guests here. That {@code /dev/kvm} opens is no proof: some hosts fail only when a guest has run for seconds. The program
 * {@code hypr-kvmprobe} runs a few instructions; what it finds holds until the host boots again. Safe for use by several threads.
 */
public final class KvmProbe {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path DEVICE = Path.of("/dev/kvm");
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    private final Path program;
    private final Path cache;
    private Accelerator found;

    /**
     * @param program path of hypr-kvmprobe
     * @param cache file that keeps the result for other processes
     */
    public KvmProbe(Path program, Path cache) {
        this.program = program;
        this.cache = cache;
    }

    /** @return {@code kvm} if it works, else {@code tcg}, and why */
    public synchronized Accelerator find() {
        if (found == null) {
            found = Files.exists(DEVICE) ? judge(result()) : Accelerator.emulation("This host has no /dev/kvm, so microVMs are emulated.");
        }
        return found;
    }

    private static Accelerator judge(JsonNode result) {
        String reason = result.path("reason").asText();
        return switch (result.path("kvm").asText()) {
            case "works" -> permitted();
            case "absent" -> Accelerator.emulation("This host has no /dev/kvm, so microVMs are emulated.");
            case "denied" -> Accelerator.emulation("/dev/kvm may not be opened (" + reason + "), so microVMs are emulated.");
            case "broken" -> Accelerator.emulation("KVM does not work on this host (" + reason + "), so microVMs are emulated.");
            default -> Accelerator.emulation("It could not be found out whether KVM works (" + reason + "), so microVMs are emulated.");
        };
    }

    /** QEMU runs as another user than the daemon: which group does it need? */
    private static Accelerator permitted() {
        try {
            PosixFileAttributes device = Files.readAttributes(DEVICE, PosixFileAttributes.class);
            Set<PosixFilePermission> mode = device.permissions();
            String works = "KVM ran a guest on this host.";
            if (mode.containsAll(Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE))
                    || !System.getProperty("user.name").equals("root")) {
                return new Accelerator(Accelerator.KVM, works, -1);
            }
            if (mode.containsAll(Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE))) {
                return new Accelerator(Accelerator.KVM, works, (Integer) Files.getAttribute(DEVICE, "unix:gid"));
            }
            return Accelerator.emulation("KVM works, but only root may open /dev/kvm and QEMU does not run as root, so microVMs are "
                    + "emulated; chmod 0666 /dev/kvm changes that.");
        } catch (IOException e) {
            return Accelerator.emulation("/dev/kvm cannot be examined (" + e.getMessage() + "), so microVMs are emulated.");
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
        } catch (NoSuchFileException | java.io.FileNotFoundException | com.fasterxml.jackson.core.JsonProcessingException e) {
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
