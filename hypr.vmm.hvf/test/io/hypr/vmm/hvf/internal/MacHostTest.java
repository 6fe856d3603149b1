package io.hypr.vmm.hvf.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.krun.Machines;
import io.hypr.krun.RunDirectory;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** Documents against reviewed text, which {@code HYPR_RENEW_GOLDENS=1} writes anew; and what is refused before anything is done. */
class MacHostTest {

    private static final Path RUN = Path.of("/Users/somebody/Library/Caches/hypr/run/0123");
    private static final VmPlan.Nic NIC = new VmPlan.Nic("/Users/somebody/Library/Caches/hypr/run/net", "02:42:ac:11:00:02", 1500);

    @TempDir
    Path directory;

    private static VmPlan plan(Path run, List<VmPlan.Nic> nics, List<VmPlan.Share> shares, Map<String, String> options) {
        return plan(run, nics, List.of(), shares, VmPlan.Limits.NONE, options);
    }

    private static VmPlan plan(Path run, List<VmPlan.Nic> nics, List<VmPlan.PassThrough> devices, List<VmPlan.Share> shares, VmPlan.Limits limits,
            Map<String, String> options) {
        return new VmPlan("0123456789abcdef".repeat(4), 2, 2, 256L << 20, 256L << 20,
            new VmPlan.Boot(Path.of("/opt/hypr/share/kernel/Image"), Path.of("/none"), Path.of("/opt/hypr/share/initramfs.cpio"), List.of("loglevel=7")),
            List.of(new VmPlan.Disk(Path.of("/disks/a,b0"), true), new VmPlan.Disk(Path.of("/disks/a,b1"), false)), nics, devices, shares, run,
            Path.of("/Users/somebody/vmm.log"), new VmPlan.Jail(501, 20, "hypr/0123", limits), Set.of(), options);
    }

    private static String document(VmPlan plan, String architecture) throws IOException {
        ObjectMapper json = new ObjectMapper();
        String text = Documents.of(plan, new RunDirectory(plan.runDirectory()), architecture).json();
        return json.writerWithDefaultPrettyPrinter().writeValueAsString(json.readTree(text)) + "\n";
    }

    private static void golden(String name, String text) throws IOException {
        Path file = Path.of("test/goldens", name);
        if (System.getenv("HYPR_RENEW_GOLDENS") != null) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text);
    }

    @Test
    void aPlanBecomesADocument() throws IOException {
        VmPlan plan = plan(RUN, List.of(NIC), List.of(new VmPlan.Share("data", Path.of("/Users/somebody/data"), true)), Map.of("gpu", "metal"));
        golden("macos-arm64", document(plan, "aarch64"));
    }

    @Test
    void theLeastIsADocumentToo() throws IOException {
        golden("linux-x86_64", document(plan(RUN, List.of(), List.of(), Map.of()), "amd64"));
    }

    private static HyprException refusal(VmPlan plan) {
        Machines machines = new Machines(new MacHost("hvf", Path.of("/no/such/hypr-krun"), Availability::available));
        return assertThrows(HyprException.class, () -> machines.launch(plan, record -> {
            throw new AssertionError("nothing is made for what is refused");
        }));
    }

    private static String unsupported(VmPlan plan) {
        HyprException refusal = refusal(plan);
        assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
        return refusal.getMessage();
    }

    @Test
    void whatMacOsHasNotIsRefusedByName() throws IOException {
        VmPlan.Nic tap = new VmPlan.Nic("hy0", NIC.mac(), 1500);
        VmPlan.Nic nowhere = new VmPlan.Nic("", NIC.mac(), 1500);
        assertEquals("The backend hvf attaches to sockets of datagrams, such as gvproxy's, and hy0 is none: macOS has no taps.",
            unsupported(plan(RUN, List.of(tap), List.of(), Map.of())));
        assertEquals("The backend hvf has no interfaces that lead nowhere.", unsupported(plan(RUN, List.of(nowhere), List.of(), Map.of())));
        assertEquals("The backend hvf cannot pass devices through.", unsupported(plan(RUN, List.of(),
            List.of(new VmPlan.PassThrough("vfio-pci", "0000:01:00.0")), List.of(), VmPlan.Limits.NONE, Map.of())));
        assertEquals("The backend hvf cannot keep a microVM on the processors 0-2: macOS chooses them.", unsupported(plan(RUN, List.of(), List.of(), List.of(),
            new VmPlan.Limits(0, VmPlan.Limits.USUAL_SHARES, "0-2", 0), Map.of())));
        Path file = Files.createFile(directory.resolve("file"));
        assertEquals("The backend hvf shares directories only, and " + file + " is a file.",
            unsupported(plan(RUN, List.of(), List.of(new VmPlan.Share("data", file, false)), Map.of())));
        assertEquals(ErrorCode.NOT_FOUND, refusal(plan(RUN, List.of(), List.of(new VmPlan.Share("data", directory.resolve("no"), false)), Map.of())).code());
    }

    @Test
    void optionsAreChecked() {
        assertEquals("The backend hvf has no option cpu.", refusal(plan(RUN, List.of(), List.of(), Map.of("cpu", "max"))).getMessage());
        assertEquals("The option gpu of the backend hvf cannot be 'cuda'.", refusal(plan(RUN, List.of(), List.of(), Map.of("gpu", "cuda"))).getMessage());
    }

    @Test
    void aRunDirectoryWithTooLongAPathIsRefused() {
        HyprException refusal = refusal(plan(Path.of("/" + "r".repeat(96)), List.of(), List.of(), Map.of()));
        assertEquals(ErrorCode.INVALID, refusal.code());
        assertTrue(refusal.getMessage().endsWith(" is too long a path for the sockets in it, by 1 octets."), refusal.getMessage());
    }
}
