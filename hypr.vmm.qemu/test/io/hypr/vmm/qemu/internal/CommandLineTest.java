package io.hypr.vmm.qemu.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** Command lines against reviewed text; {@code HYPR_RENEW_GOLDENS=1} writes that text anew. */
class CommandLineTest {

    private static final Settings SETTINGS = new Settings("qemu", "auto", "auto", "auto", "auto");
    private static final Accelerator KVM = new Accelerator("kvm", "KVM ran a guest on this host.", 107);
    private static final Path LIBRARY = Path.of("/opt/hypr/share/qemu");
    private static final Host.Traits PLAIN = new Host.Traits(Path.of("/usr/bin/qemu-system-x86_64"), "7.2.22", false, false, 2_445_420, null);
    private static final Host.Traits RICH = new Host.Traits(Path.of("/usr/bin/qemu-system-x86_64"), "9.2.0", true, true, 0, LIBRARY);
    private static final Host.Traits USUAL = new Host.Traits(Path.of("/usr/bin/qemu-system-x86_64"), "7.2.22", true, false, 2_445_420, LIBRARY);

    private static VmPlan plan(int processors, int disks, int nics, Map<String, String> options) {
        List<VmPlan.Disk> some = new ArrayList<>();
        List<VmPlan.Nic> nets = new ArrayList<>();
        for (int i = 0; i < disks; i++) {
            some.add(new VmPlan.Disk(Path.of("/disks/a,b" + i), i == 0));
        }
        for (int i = 0; i < nics; i++) {
            nets.add(new VmPlan.Nic("hy" + i, "02:42:ac:11:00:0" + i, 1500));
        }
        return new VmPlan("0123456789abcdef".repeat(4), processors, processors, 256L << 20, 256L << 20,
            new VmPlan.Boot(Path.of("/boot/vmlinux"), Path.of("/boot/bzImage"), Path.of("/boot/initramfs"), List.of("loglevel=7")), some,
            nets, List.of(), List.of(),
            Path.of("/run/hypr/0123"), Path.of("/var/log"), new VmPlan.Jail(990, 990, "hypr/0123"), Set.of(), options);
    }

    private static CommandLine line(VmPlan plan, Accelerator accelerator, Host.Traits host) {
        return line(plan, accelerator, host, GuestMemory.PRIVATE);
    }

    private static CommandLine line(VmPlan plan, Accelerator accelerator, Host.Traits host, GuestMemory memory) {
        Settings settings = SETTINGS.with(plan.options());
        return CommandLine.of(plan, Machine.of(plan, settings.machine()), accelerator, settings, host, memory);
    }

    private static void golden(String name, CommandLine line) throws IOException {
        Path file = Path.of("test/goldens", name);
        StringBuilder text = new StringBuilder();
        line.openings().forEach(word -> text.append(word).append(word.startsWith("--") ? " " : "\n"));
        text.append("--");
        line.words().forEach(word -> text.append(word.matches("-[a-z].*") ? "\n" : " ").append(word));
        text.append('\n');
        if (System.getenv("HYPR_RENEW_GOLDENS") != null) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        }
        assertEquals(Files.readString(file), text.toString());
    }

    @Test
    void emulatedMicrovm() throws IOException {
        golden("microvm-tcg", line(plan(1, 2, 1, Map.of()), Accelerator.emulation("there is no KVM"), PLAIN));
    }

    /** QEMU's user need not be able to enter the directory. */
    @Test
    void theLibraryIsReachedByADescriptorAndAPlugInOfTheEmulatorOnly() throws IOException {
        CommandLine emulated = line(plan(1, 2, 1, Map.of()), Accelerator.emulation("there is no KVM"), USUAL);
        golden("microvm-tcg-library", emulated);
        assertEquals(Map.of("LD_LIBRARY_PATH", "/proc/self/fd/12", "LD_PRELOAD", "hypr-qemu.so"), emulated.environment());
        CommandLine onKvm = line(plan(1, 2, 1, Map.of()), KVM, RICH);
        assertEquals(emulated.environment(), onKvm.environment());
        assertFalse(onKvm.words().contains("-plugin"));
        assertEquals(Map.of(), line(plan(1, 2, 1, Map.of()), KVM, PLAIN).environment());
    }

    @Test
    void microvmOnKvmWithAllThatTheHostHas() throws IOException {
        golden("microvm-kvm", line(plan(2, 2, 1, Map.of()), KVM, RICH));
    }

    @Test
    void pcWithAProcessorOfChoice() throws IOException {
        golden("q35-tcg", line(plan(2, 2, 1, Map.of("machine", "q35", "cpu", "qemu64,+ssse3")), Accelerator.emulation("there is no KVM"), PLAIN));
    }

    @Test
    void sharesAreServedByAProcessEachOrByQemu() throws IOException {
        VmPlan plain = plan(1, 2, 0, Map.of());
        List<VmPlan.Share> shares = List.of(new VmPlan.Share("mount0", Path.of("/a,b"), false), new VmPlan.Share("mount1", Path.of("/c"), true));
        VmPlan plan = new VmPlan(plain.id(), 1, 1, plain.memory(), plain.memory(), plain.boot(), plain.disks(), List.of(), List.of(), shares,
            plain.runDirectory(), plain.log(), plain.jail(), Set.of(), Map.of());
        CommandLine byOthers = CommandLine.of(plan, Machine.MICROVM, KVM, SETTINGS, USUAL, GuestMemory.PRIVATE);
        golden("shares-virtiofs", byOthers);
        assertFalse(byOthers.servesShares());
        CommandLine byItself = CommandLine.of(plan, Machine.MICROVM, KVM, SETTINGS.withShares("9p"), USUAL, GuestMemory.PRIVATE);
        golden("shares-9p", byItself);
        assertTrue(byItself.servesShares());
        assertEquals(LIBRARY.toString(), byItself.environment().get("LD_LIBRARY_PATH"), "no descriptor of a directory");
        assertTrue(byItself.files().containsAll(List.of(USUAL.binary(), LIBRARY)));
        assertTrue(CommandLine.of(plan, Machine.MICROVM, KVM, SETTINGS.with(Map.of("shares", "9p")), USUAL, GuestMemory.PRIVATE).servesShares());
        assertFalse(CommandLine.of(plain, Machine.MICROVM, KVM, SETTINGS.withShares("9p"), USUAL, GuestMemory.PRIVATE).servesShares());
    }

    @Test
    void whatDoesNotFitOnMicrovmGetsAPc() {
        assertEquals(Machine.MICROVM, Machine.of(plan(1, 4, 1, Map.of()), "auto"));
        assertEquals(Machine.Q35, Machine.of(plan(1, 5, 1, Map.of()), "auto"));
        HyprException refusal = assertThrows(HyprException.class, () -> Machine.of(plan(1, 5, 1, Map.of()), "microvm"));
        assertEquals(ErrorCode.UNSUPPORTED, refusal.code());
        assertTrue(refusal.getMessage().contains("9 virtio devices"), refusal.getMessage());
    }

    @Test
    void settingsRefuseWhatTheyDoNotKnow() {
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> SETTINGS.with(Map.of("accel", "xen"))).code());
        assertEquals(ErrorCode.INVALID, assertThrows(HyprException.class, () -> SETTINGS.with(Map.of("cpu", "max -monitor stdio"))).code());
        Map<String, Object> configured =
                Map.of("binary", "qemu", "accelerator", "auto", "machine", "auto", "cpu", "auto", "shares", "auto", "acelerator", "kvm", "service.pid", "x");
        assertEquals("The configuration io.hypr.vmm.qemu has unknown keys: acelerator.",
                assertThrows(HyprException.class, () -> Settings.of(configured)).getMessage());
    }

    @Test
    void theTimeStampCountersFrequencyIsHalfOfBogomips() {
        String cpu = "processor\t: 0\ncpu MHz\t\t: 3191.017\nflags\t\t: fpu constant_tsc rep_good\nbogomips\t: 4890.84\n\n";
        assertEquals(2_445_420, Host.tscKhz(cpu + cpu));
        assertEquals(0, Host.tscKhz(cpu.replace(" constant_tsc", "")));
        assertEquals(0, Host.tscKhz("processor\t: 0\nBogoMIPS\t: 50.00\n"));
    }
}
