package io.hypr.core.internal.template;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.hypr.model.DriverRecord;
import io.hypr.vmm.VmPlan;

/**
 * All that is kept of a template, in a file of its directory. Of the plan it has what makes the shape, so that it can be found out whether
 * the shape still occurs.
 */
public final class TemplateRecord {
    /** 64 hexadecimal digits, from backend and shape. */
    public String id;
    /** Name of the backend that made it. */
    public String backend;
    /** What it fits, in the backend's words. */
    public String shape;
    /** When it was made. */
    public Instant created;
    /** Bytes that it takes on the disk. */
    public long size;
    /** The microVM that is being saved; null = none. */
    public DriverRecord vm;

    /** Processors at the start and at most. */
    public int processors;
    /** See {@link #processors}. */
    public int maxProcessors;
    /** Bytes of memory at the start and at most. */
    public long memory;
    /** See {@link #memory}. */
    public long maxMemory;
    /** Kernel arguments that were asked for. */
    public List<String> arguments = new ArrayList<>();
    /** Of each disk, whether it is read-only. */
    public List<Boolean> readOnly = new ArrayList<>();
    /** Of each interface, the octets of a packet. */
    public List<Integer> mtus = new ArrayList<>();
    /** Settings of the backend that were asked for. */
    public Map<String, String> options = new LinkedHashMap<>();

    /** Name of the image that it has mounted; null = none. */
    public String image;
    /** The image's file system that it has mounted, above an empty disk; null = none. */
    public String root;
    /** Tells {@link #root} from another file in its place. */
    public String rootStamp;
    /** Bytes of the disk above {@link #root}. */
    public long disk;
    /** See {@link MountedRoot#programs}. */
    public List<String> programs = new ArrayList<>();
    /** How many microVMs of it are to wait for their container; null = as many as of all others. */
    public Integer pool;

    /**
     * @param id of the template
     * @param backend by name
     * @param shape of the plan
     * @param plan that needs it
     * @param root that it is to have mounted; null = none
     * @return what is known before it is made
     */
    static TemplateRecord of(String id, String backend, String shape, VmPlan plan, MountedRoot root) {
        TemplateRecord record = new TemplateRecord();
        record.id = id;
        record.backend = backend;
        record.shape = shape;
        record.processors = plan.processors();
        record.maxProcessors = plan.maxProcessors();
        record.memory = plan.memory();
        record.maxMemory = plan.maxMemory();
        record.arguments.addAll(plan.boot().arguments());
        plan.disks().forEach(d -> record.readOnly.add(d.readOnly()));
        plan.nics().forEach(n -> record.mtus.add(n.mtu()));
        record.options.putAll(plan.options());
        if (root != null) {
            record.image = root.image();
            record.root = root.file().toString();
            record.rootStamp = root.stamp();
            record.disk = root.disk();
            record.programs.addAll(root.programs());
        }
        return record;
    }

    /** Returns whether what it has mounted is still what it was. */
    boolean isSound() {
        return root == null || new MountedRoot(image, Path.of(root), disk, programs).stamp().equals(rootStamp);
    }

    /**
     * @param boot kernel and agent as they are now
     * @param disks a file for each disk
     * @param run directory of the microVM
     * @param log of the VMM
     * @param jail of the VMM
     * @return a plan of the same shape, for a microVM that can be saved
     */
    VmPlan plan(VmPlan.Boot boot, List<Path> disks, Path run, Path log, VmPlan.Jail jail) {
        return plan(id, boot, disks, "", "02:00:00:00:00:01", run, log, jail, Set.of("snapshots"));
    }

    /**
     * @param container whose microVM it is
     * @param boot kernel and agent as they are now
     * @param disks a file for each disk
     * @param tap of each interface; empty = it leads nowhere
     * @param mac address of the first interface
     * @param run directory of the microVM
     * @param log of the VMM
     * @param jail of the VMM
     * @param facets that it must have
     * @return a plan of the same shape
     */
    public VmPlan plan(String container, VmPlan.Boot boot, List<Path> disks, String tap, String mac, Path run, Path log, VmPlan.Jail jail, Set<String> facets) {
        List<VmPlan.Disk> all = new ArrayList<>();
        for (int i = 0; i < readOnly.size(); i++) {
            all.add(new VmPlan.Disk(disks.get(i), readOnly.get(i)));
        }
        List<VmPlan.Nic> nics = new ArrayList<>();
        for (int mtu : mtus) {
            nics.add(new VmPlan.Nic(tap, mac, mtu));
        }
        return new VmPlan(container, processors, maxProcessors, memory, maxMemory,
                new VmPlan.Boot(boot.vmlinux(), boot.bzImage(), boot.initramfs(), arguments), all, nics,
            List.of(), List.of(), run, log, jail, facets, options);
    }
}
