package io.hypr.vmm.cloudhypervisor.internal;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.vmm.VmPlan;

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
    private static final String KERNEL_ARGUMENTS = "console=hvc0 quiet panic=-1 reboot=t no_timer_check noreplace-smp rcupdate.rcu_expedited=1 dummy.numdummies=0";

    static MachineConfig of(VmPlan plan, boolean landlock) {
        List<String> openings = new ArrayList<>();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        open(openings, "--read", plan.boot().vmlinux()); // FIRST_OPENED, to which the link to the kernel points.
        body.putObject("cpus").put("boot_vcpus", plan.processors()).put("max_vcpus", plan.maxProcessors());
        memory(body.putObject("memory"), plan);
        List<String> arguments = new ArrayList<>(List.of(KERNEL_ARGUMENTS));
        arguments.addAll(plan.boot().arguments());
        body.putObject("payload").put("kernel", RunDirectory.KERNEL).put("initramfs", opened(openings, "--read", plan.boot().initramfs())).put("cmdline", String.join(" ", arguments));
        ArrayNode disks = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.Disk disk : plan.disks()) {
            String id = "disk" + disks.size();
            // Cloud Hypervisor locks disks itself: many readers or one writer.
            disks.addObject().put("id", id).put("serial", id).put("path", opened(openings, disk.readOnly() ? "--read" : "--open", disk.file())).put("readonly", disk.readOnly())
                    .put("image_type", "Raw");
        }
        putUnlessEmpty(body, "disks", disks);
        ArrayNode nics = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.Nic nic : plan.nics()) {
            // The guest learns its MTU from Kestrel; Cloud Hypervisor would set that of the tap, which its user may not.
            String id = "net" + nics.size();
            nics.addObject().put("id", id).put("tap", nic.tap()).put("mac", nic.mac());
        }
        putUnlessEmpty(body, "net", nics);
        ArrayNode devices = JsonNodeFactory.instance.arrayNode();
        for (VmPlan.PassThrough device : plan.devices()) {
            String id = "device" + devices.size();
            devices.addObject().put("id", id).put("path", "/sys/bus/pci/devices/" + device.address());
        }
        putUnlessEmpty(body, "devices", devices);
        body.putObject("rng").put("src", "/dev/urandom");
        body.putObject("balloon").put("size", 0).put("deflate_on_oom", true).put("free_page_reporting", true);
        body.putObject("serial").put("mode", "Off");
        body.putObject("console").put("mode", "Tty"); // To standard output, which is the log.
        body.putObject("vsock").put("cid", CID).put("socket", RunDirectory.VSOCK);
        if (landlock) {
            body.put("landlock_enable", true);
            if (!plan.devices().isEmpty()) {
                ArrayNode rules = body.putArray("landlock_rules");
                rules.addObject().put("path", "/dev/vfio").put("access", "rw");
                rules.addObject().put("path", "/sys").put("access", "rw");
            }
        }
        return new MachineConfig(body, List.copyOf(openings));
    }

    private static void memory(ObjectNode memory, VmPlan plan) {
        memory.put("size", plan.memory());
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
