package io.hypr.vmm.krun.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.krun.Machines;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Starter;

/** Words and documents against reviewed text, which {@code HYPR_RENEW_GOLDENS=1} writes anew; and what is refused before anything is done. */
class WordsTest {

    private static final Path PROGRAM = Path.of("/opt/hypr/bin/hypr-krun");
    private static final Path NOWHERE = Path.of("/nonexistent");

    private static VmPlan plan(int processors, int disks, List<VmPlan.Nic> nics, List<VmPlan.PassThrough> devices, Set<String> facets,
            Map<String, String> options) {
        List<VmPlan.Disk> some = IntStream.range(0, disks).mapToObj(i -> new VmPlan.Disk(Path.of("/disks/a,b" + i), i == 0)).toList();
        return new VmPlan("0123456789abcdef".repeat(4), processors, processors, 256L << 20, 256L << 20,
            new VmPlan.Boot(Path.of("/boot/vmlinux"), Path.of("/boot/bzImage"), Path.of("/boot/initramfs"), List.of("loglevel=7")), some,
            nics, devices, List.of(),
            Path.of("/run/hypr/0123"), Path.of("/var/log/vmm"),
            new VmPlan.Jail(990, 990, "hypr/0123", new VmPlan.Limits(1.5, 512, "0-2,5", 32 << 20)), facets, options);
    }

    private static VmPlan plan(int processors, int disks) {
        return plan(processors, disks, List.of(new VmPlan.Nic("hy0", "02:42:ac:11:00:02", 1500)), List.of(), Set.of(), Map.of());
    }

    private static HyprException refusal(VmPlan plan) {
        Machines machines = new Machines(new KvmHost("krun", NOWHERE, new KvmProbe(NOWHERE, NOWHERE), new Starter(NOWHERE)));
        return assertThrows(HyprException.class, () -> machines.launch(plan, record -> {
            throw new AssertionError("nothing is made for what is refused");
        }));
    }

    @Test
    void aPlanBecomesWordsAndADocument() throws IOException {
        golden("machine", plan(2, 2));
    }

    @Test
    void whoServesSharesIsRootOfAPlaceWithNothingElse(@TempDir Path directory) throws IOException {
        VmPlan plain = plan(1, 1);
        Path file = Files.createFile(directory.resolve("file"));
        List<VmPlan.Share> shares = List.of(new VmPlan.Share("mount0", Path.of("/a=b"), false), new VmPlan.Share("mount1", file, true));
        golden("shared", new VmPlan(plain.id(), 1, 1, plain.memory(), plain.memory(), plain.boot(), plain.disks(), plain.nics(), List.of(), shares,
            plain.runDirectory(), plain.log(), plain.jail(), Set.of(), Map.of()), file.toString());
    }

    private static void golden(String name, VmPlan plan, String... places) throws IOException {
        Words words = Words.of(plan, PROGRAM, List.of(36, 107));
        StringBuilder text = new StringBuilder();
        words.words().forEach(word -> text.append(word.startsWith("--") ? "\n" : " ").append(word));
        ObjectMapper json = new ObjectMapper();
        text.append("\n\n").append(json.writerWithDefaultPrettyPrinter().writeValueAsString(json.readTree(words.document().json()))).append('\n');
        String whole = text.substring(1);
        for (String place : places) {
            whole = whole.replace(place, "/file");
        }
        Path file = Path.of("test/goldens", name);
        if (System.getenv("HYPR_RENEW_GOLDENS") != null) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, whole);
        }
        assertEquals(Files.readString(file), whole);
    }

    @Test
    void whatTheMachineHasNotIsRefusedByName() {
        assertEquals(ErrorCode.UNSUPPORTED, refusal(plan(33, 2)).code());
        assertEquals("The backend krun has room for 7 disks, interfaces and shares, and this container needs 8.", refusal(plan(1, 7)).getMessage());
        assertEquals("The backend krun has not snapshots, which this container needs.",
                refusal(plan(1, 1, List.of(), List.of(), Set.of("snapshots"), Map.of())).getMessage());
        assertEquals("The backend krun has no option cpu.", refusal(plan(1, 1, List.of(), List.of(), Set.of(), Map.of("cpu", "max"))).getMessage());
        assertEquals("The backend krun cannot pass devices through.",
            refusal(plan(1, 1, List.of(), List.of(new VmPlan.PassThrough("vfio-pci", "0000:01:00.0")), Set.of(), Map.of())).getMessage());
        assertEquals("The backend krun has no interfaces that lead nowhere.",
            refusal(plan(1, 1, List.of(new VmPlan.Nic("", "02:42:ac:11:00:02", 1500)), List.of(), Set.of(), Map.of())).getMessage());
    }
}
