package io.hypr.vmm.host;

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
import java.util.stream.Stream;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * What a template fixes: a VMM's words without those that are one container's own, and the files and the processor behind them. Whatever
 * becomes a word of the VMM is part of it by itself.
 */
public final class Shape {

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private Shape() {
    }

    /**
     * Tells whether microVMs of a plan can start from a template at all.
     *
     * @param plan any
     * @return whether they can
     */
    public static boolean isPossible(VmPlan plan) {
        // What is behind devices and shares has a state of its own. Memory that is plugged in is not in the template's file.
        return plan.devices().isEmpty() && plan.shares().isEmpty() && plan.maxProcessors() == plan.processors() && plan.maxMemory() == plan.memory();
    }

    /**
     * Takes out of a plan what is one container's own.
     *
     * @param plan any
     * @return a plan that is the same for all of the shape
     */
    public static VmPlan nobodys(VmPlan plan) {
        List<VmPlan.Nic> nics = new ArrayList<>();
        plan.nics().forEach(nic -> nics.add(new VmPlan.Nic("", "02:00:00:00:00:0" + nics.size() % 10, nic.mtu())));
        return new VmPlan("0", plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), plan.boot(),
            plan.disks().stream().map(d -> new VmPlan.Disk(Path.of("/"), d.readOnly())).toList(), nics, plan.devices(), plan.shares(),
            Path.of("/"), Path.of("/"),
            new VmPlan.Jail(0, 0, ""), Set.of(), plan.options());
    }

    /**
     * Names a shape.
     *
     * @param vmm and version, for people
     * @param plan of the microVM
     * @param words of the VMM for {@link #nobodys}
     * @param binary of the VMM
     * @param processor whether the guest sees the host's processor
     * @return for people what counts most, and a digest of all
     */
    public static String of(String vmm, VmPlan plan, List<String> words, Path binary, boolean processor) {
        String disks = plan.disks().stream().map(d -> d.readOnly() ? "ro" : "rw").collect(Collectors.joining("+"));
        return "%s, cpus %d, memory %d MiB, disks %s, interfaces %d, %s".formatted(vmm, plan.processors(), plan.memory() >> 20, disks, plan.nics().size(),
            digest(words, List.of(binary, plan.boot().vmlinux(), plan.boot().initramfs()), processor));
    }

    private static String digest(List<String> words, List<Path> files, boolean processor) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String word : words) {
                digest.update(word.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            for (Path file : files) {
                digest.update(identity(file).getBytes(StandardCharsets.UTF_8));
            }
            if (processor) {
                digest.update(processor().getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.NOT_FOUND, "What a microVM boots cannot be examined.", e);
        }
    }

    /** A file of that name that was written anew is another. */
    private static String identity(Path file) throws IOException {
        return file.toRealPath() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).toInstant() + "\n";
    }

    /** What the host's first processor is and can do. */
    private static String processor() throws IOException {
        return Files.readString(PROCESSORS).lines().takeWhile(line -> !line.isEmpty())
            .filter(line -> Stream.of("vendor_id", "model", "stepping", "microcode", "flags").anyMatch(line::startsWith))
            .collect(Collectors.joining("\n"));
    }
}
