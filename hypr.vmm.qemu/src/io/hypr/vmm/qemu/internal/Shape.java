package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * What a template fixes: QEMU's words without those that are one container's own, and the files and the processor behind them. Whatever becomes a word of QEMU is
 * part of it by itself.
 */
final class Shape {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private final VmPlan plan;
    private final Machine machine;
    private final Accelerator accelerator;
    private final Settings settings;
    private final Host.Traits host;

    Shape(VmPlan plan, Machine machine, Accelerator accelerator, Settings settings, Host.Traits host) {
        this.plan = plan;
        this.machine = machine;
        this.accelerator = accelerator;
        this.settings = settings;
        this.host = host;
    }

    /** @return for people what counts most, and a digest of all */
    @Override
    public String toString() {
        String disks = plan.disks().stream().map(d -> d.readOnly() ? "ro" : "rw").collect(Collectors.joining("+"));
        return "QEMU %s %s %s, cpus %d, memory %d MiB, disks %s, interfaces %d, %s".formatted(host.version(), machine, accelerator.name(), plan.processors(),
            plan.memory() >> 20, disks, plan.nics().size(), digest());
    }

    private String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String word : CommandLine.of(nobodys(), machine, accelerator, settings, host, GuestMemory.PRIVATE).words()) {
                digest.update(word.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            for (Path file : List.of(host.binary(), plan.boot().vmlinux(), plan.boot().initramfs())) {
                digest.update(identity(file).getBytes(StandardCharsets.UTF_8));
            }
            if (accelerator.isKvm()) {
                digest.update(processor().getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.NOT_FOUND, "What a microVM boots cannot be examined.", e);
        }
    }

    /** The plan without what is one container's own. */
    private VmPlan nobodys() {
        List<VmPlan.Nic> nics = new ArrayList<>();
        plan.nics().forEach(nic -> nics.add(new VmPlan.Nic("", "02:00:00:00:00:0" + nics.size() % 10, nic.mtu())));
        return new VmPlan("0", plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), plan.boot(),
            plan.disks().stream().map(d -> new VmPlan.Disk(Path.of("/"), d.readOnly())).toList(), nics, plan.devices(), plan.shares(), Path.of("/"), Path.of("/"),
            new VmPlan.Jail(0, 0, ""), Set.of(), plan.options());
    }

    /** A file of that name that was written anew is another. */
    private static String identity(Path file) throws IOException {
        return file.toRealPath() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).toInstant() + "\n";
    }

    /** What the host's first processor is and can do. */
    private static String processor() throws IOException {
        return Files.readString(PROCESSORS).lines().takeWhile(line -> !line.isEmpty())
            .filter(line -> line.startsWith("model") || line.startsWith("stepping") || line.startsWith("microcode") || line.startsWith("flags") || line.startsWith("vendor_id"))
            .collect(Collectors.joining("\n"));
    }
}
