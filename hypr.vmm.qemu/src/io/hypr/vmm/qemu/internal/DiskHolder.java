package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** Finds out which disk of a plan another process has, for an error that names both. QEMU says only that a lock is taken. */
final class DiskHolder {

    private DiskHolder() {
    }

    /**
     * @param plan whose start QEMU refused because a disk is locked
     * @param refusal what QEMU said
     * @return the error that names the disk and the process, else the refusal
     */
    static HyprException named(VmPlan plan, HyprException refusal) {
        for (VmPlan.Disk disk : plan.disks()) {
            Optional<String> holder = disk.readOnly() ? Optional.empty() : of(disk.file());
            if (holder.isPresent()) {
                return new HyprException(ErrorCode.IN_USE, "The disk " + disk.file() + " is in use by " + holder.get()
                        + ", and two microVMs on one disk would destroy it.", refusal)
                        .remedy("Stop what uses it first.");
            }
        }
        return refusal;
    }

    private static Optional<String> of(Path disk) {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, disk.toRealPath())) {
                    return Optional.of(Files.readString(process.resolve("comm")).strip() + " (process " + process.getFileName() + ")");
                }
            }
        } catch (IOException e) {
            return Optional.empty(); // What QEMU said is told instead.
        }
        return Optional.empty();
    }

    private static boolean has(Path process, Path disk) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (Files.readSymbolicLink(descriptor).equals(disk)) {
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // It has ended meanwhile.
        }
        return false;
    }
}
