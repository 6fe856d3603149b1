package io.hypr.vmm.cloudhypervisor.internal;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VfioDevices;
import io.hypr.vmm.host.VmmDirectory;

/**
 * The body of {@code vm.create} for one plan, and what must be opened for it. The same input gives the same output.
 *
 * @param body as the API's {@code VmConfig} says
 * @param openings options of hypr-start that open what Cloud Hypervisor's user may not reach
 */
record MachineConfig(ObjectNode body, List<String> openings) {

    /** Number of the first descriptor that is opened for Cloud Hypervisor; the API's socket is one before. */
    static final int FIRST_OPENED = 10;
    /** The guest's own address on vsock; each microVM has a vsock of its own. */
    private static final int CID = 3;
    private static final int SHARE_QUEUE = 512;
    private static final String KERNEL_ARGUMENTS =
            "console=hvc0 quiet panic=-1 reboot=t no_timer_check noreplace-smp rcupdate.rcu_expedited=1 dummy.numdummies=0";

    /**
     * Makes the machine of a plan.
     *
     * @param plan each of whose interfaces has a tap
     * @param landlock whether Cloud Hypervisor confines itself by it
     * @param memory where the guest's memory comes from
     * @return the machine
     */
    static MachineConfig of(VmPlan plan, boolean landlock, GuestMemory memory) {
        List<String> openings = new ArrayList<>();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        open(openings, "--read", plan.boot().vmlinux()); // FIRST_OPENED, to which the link to the kernel points.
        body.putObject("cpus").put("boot_vcpus", plan.processors()).put("max_vcpus", plan.maxProcessors());
        ObjectNode ram = body.putObject("memory");
        List<String> arguments = new ArrayList<>(List.of(KERNEL_ARGUMENTS));
        arguments.addAll(plan.boot().arguments());
        body.putObject("payload").put("kernel", Names.KERNEL).put("initramfs", opened(openings, "--read", plan.boot().initramfs()))
                .put("cmdline", String.join(" ", arguments));
        ArrayNode disks = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.Disk disk : plan.disks()) {
            String path = opened(openings, disk.readOnly() ? "--read" : "--open", disk.file());
            disks.add(disk(TemplateFiles.disk(disks.size()), path, disk.readOnly()));
        }
        putUnlessEmpty(body, "disks", disks);
        memory(ram, plan, memory, openings);
        ArrayNode nics = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.Nic nic : plan.nics()) {
            nics.add(nic("net" + nics.size(), nic));
        }
        putUnlessEmpty(body, "net", nics);
        ArrayNode devices = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.PassThrough device : plan.devices()) {
            devices.add(device("device" + devices.size(), device));
        }
        putUnlessEmpty(body, "devices", devices);
        body.putObject("rng").put("src", "/dev/urandom");
        ArrayNode shares = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.Share share : plan.shares()) {
            shares.addObject().put("id", "share" + shares.size()).put("tag", share.tag())
                    .put("socket", ShareServers.socket(shares.size() - 1)).put("num_queues", 1)
                    .put("queue_size", SHARE_QUEUE);
        }
        putUnlessEmpty(body, "fs", shares);
        if (hasBalloon(plan, memory)) {
            body.putObject("balloon").put("size", 0).put("deflate_on_oom", true).put("free_page_reporting", true);
        }
        body.putObject("serial").put("mode", "Off");
        body.putObject("console").put("mode", "Tty"); // To standard output, which is the log.
        body.putObject("vsock").put("cid", CID).put("socket", Names.VSOCK);
        if (landlock) {
            body.put("landlock_enable", true);
            putUnlessEmpty(body, "landlock_rules", rules(plan, memory));
        }
        return new MachineConfig(body, List.copyOf(openings));
    }

    /** What it may open beside what is in its configuration. No rule comes later, so they leave room for what may be plugged. */
    private static ArrayNode rules(VmPlan plan, GuestMemory memory) {
        ArrayNode rules = JsonNodeFactory.instance.arrayNode();
        boolean plugs = plan.facets().contains(Plugs.FACET);
        if (plugs) {
            allow(rules, Names.PLUGGED, "rw");
            allow(rules, "/dev/net/tun", "rw");
        }
        if (plugs || !plan.nics().isEmpty()) {
            allow(rules, "/sys/devices/virtual/net", "r"); // It reads what its taps can.
        }
        if (memory.file() != null && !memory.copied()) {
            allow(rules, VmmDirectory.OWN, "rw"); // There it is saved.
        }
        if (plugs && VfioDevices.isPossible() || !plan.devices().isEmpty()) {
            allow(rules, "/dev/vfio", "rw");
            allow(rules, "/sys", "rw");
        }
        return rules;
    }

    private static void allow(ArrayNode rules, String path, String access) {
        rules.addObject().put("path", path).put("access", access);
    }

    /** A disk, as the API's {@code DiskConfig} says. Cloud Hypervisor locks disks itself: many readers or one writer. */
    static ObjectNode disk(String id, String path, boolean readOnly) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("serial", id).put("path", path).put("readonly", readOnly).put("image_type", "Raw");
    }

    /**
     * An interface that has a tap, as the API's {@code NetConfig} says. The guest learns its MTU from Kestrel; Cloud Hypervisor would set that of the tap,
     * which its user may not.
     */
    static ObjectNode nic(String id, VmPlan.Nic nic) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("tap", nic.tap()).put("mac", nic.mac());
    }

    /** A device that is passed through, as the API's {@code DeviceConfig} says. */
    static ObjectNode device(String id, VmPlan.PassThrough device) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("path", "/sys/bus/pci/devices/" + device.address());
    }

    /**
     * Tells whether memory can come back. A device that is passed through, now or later, may write to any page, and a page that came back would be read from a
     * template again.
     *
     * @param plan of the microVM
     * @param memory where the guest's memory comes from
     * @return whether the machine has a balloon
     */
    static boolean hasBalloon(VmPlan plan, GuestMemory memory) {
        boolean template = memory.copied() || memory.file() != null && !plan.facets().contains("reclaim"); // Who starts from a template has what it has.
        boolean mayGetDevices = plan.facets().contains(Plugs.FACET) && !plan.facets().contains("reclaim");
        return plan.devices().isEmpty() && !mayGetDevices && !template;
    }

    private static void memory(ObjectNode memory, VmPlan plan, GuestMemory from, List<String> openings) {
        if (from.file() != null) {
            String file = opened(openings, from.copied() ? "--read" : "--open", from.file());
            memory.put("size", 0).putArray("zones").addObject().put("id", "memory").put("size", plan.memory()).put("file", file).put("shared", !from.copied());
            return;
        }
        memory.put("size", plan.memory());
        if (!plan.shares().isEmpty()) {
            memory.put("shared", true); // The servers read and write there.
        }
        if (plan.maxMemory() > plan.memory()) {
            // By ACPI memory could only grow.
            memory.put("hotplug_method", "VirtioMem").put("hotplug_size", plan.maxMemory() - plan.memory());
        }
    }

    private static void putUnlessEmpty(ObjectNode body, String name, ArrayNode values) {
        if (!values.isEmpty()) {
            body.set(name, values);
        }
    }

    /** Cloud Hypervisor opens it again by its descriptor: its user needs the permission of the file, but not of the directories that lead there. */
    private static String opened(List<String> openings, String option, Object file) {
        return "/proc/self/fd/" + open(openings, option, file);
    }

    private static int open(List<String> openings, String option, Object file) {
        int descriptor = FIRST_OPENED + openings.size() / 2;
        openings.addAll(List.of(option, file + "=" + descriptor));
        return descriptor;
    }
}
