package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.hypr.ffm.mount.BindMount;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Hotplug;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.VfioDevices;
import io.hypr.vmm.host.VmmDirectory;

/**
 * Devices that come and go while the guest runs; ACPI tells it. A disk is shown to Cloud Hypervisor, whose landlock is closed and whose user may not go
 * everywhere, in a directory of the run directory, for the moment in which it opens it.
 */
record Plugs(CloudHypervisorSession session, String id, VmmDirectory run, String version, boolean balloon) implements Hotplug {

    /** Name of the facet. */
    static final String FACET = "hotplug";
    /** How the names of devices that were plugged begin; none of them is used again. */
    static final String PREFIX = "plug";

    private static final Duration RELEASE = Duration.ofSeconds(10);
    private static final Duration STEP = Duration.ofMillis(20);

    /** Makes the directory, which is the daemon's. */
    static void prepare(VmmDirectory run) throws IOException {
        Files.createDirectory(run.file(Names.PLUGGED), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    }

    /** Takes back what a daemon that was killed meanwhile still shows. Idempotent. */
    static void clear(VmmDirectory run) {
        try (DirectoryStream<Path> places = Files.newDirectoryStream(run.file(Names.PLUGGED))) {
            for (Path place : places) {
                BindMount.remove(place);
            }
        } catch (NoSuchFileException e) {
            return; // It was never made, or is gone.
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "What is mounted in " + run.file(Names.PLUGGED) + " cannot be taken back.", e);
        }
    }

    @Override
    public String plug(VmPlan.Disk disk) {
        if (!Files.exists(disk.file())) {
            throw new HyprException(ErrorCode.NOT_FOUND, "There is no disk " + disk.file() + " on this host.");
        }
        DiskFormat.refuseOthers(version, List.of(disk));
        String name = name();
        Path place = run.file(Names.PLUGGED).resolve(name);
        try {
            Files.createFile(place);
            try {
                BindMount.make(disk.file(), place);
                return plug("vm.add-disk", name, MachineConfig.disk(name, Names.PLUGGED + "/" + name, disk.readOnly()));
            } finally {
                BindMount.remove(place);
                Files.delete(place);
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The disk " + disk.file() + " cannot be shown to Cloud Hypervisor.", e);
        }
    }

    @Override
    public String plug(VmPlan.Nic nic) {
        if (nic.tap().isEmpty()) {
            throw new HyprException(ErrorCode.INVALID, "An interface that is plugged into a running microVM needs a tap.");
        }
        NowhereTaps.refuseMissing(List.of(nic.tap()));
        String name = name();
        return plug("vm.add-net", name, MachineConfig.nic(name, nic));
    }

    @Override
    public String plug(VmPlan.PassThrough device) {
        if (balloon) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "The microVM " + id + " gives memory back, and a device that is passed through may write there at any time.")
                    .remedy("Start it without the facet reclaim.");
        }
        VfioDevices.groups("Cloud Hypervisor", List.of(device));
        String name = name();
        return plug("vm.add-device", name, MachineConfig.device(name, device));
    }

    private String plug(String what, String name, JsonNode body) {
        session.put(what, body);
        return name;
    }

    private static String name() {
        return PREFIX + Long.toHexString(ThreadLocalRandom.current().nextLong());
    }

    @Override
    public void unplug(String device) {
        if (!device.startsWith(PREFIX) || !session.info().has(device)) {
            return;
        }
        long end = System.nanoTime() + RELEASE.toNanos();
        try {
            session.put("vm.remove-device", JsonNodeFactory.instance.objectNode().put("id", device));
        } catch (HyprException e) {
            if (session.info().has(device)) {
                throw e;
            }
            return; // Somebody else has taken it away meanwhile.
        }
        try {
            while (session.info().has(device)) {
                if (System.nanoTime() > end) {
                    throw new HyprException(ErrorCode.TIMEOUT,
                            "The guest of microVM " + id + " has not let go of the device " + device + " in " + RELEASE.toSeconds() + " s.");
                }
                Thread.sleep(STEP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while the guest of microVM " + id + " was to let go of " + device + ".", e);
        }
    }
}
