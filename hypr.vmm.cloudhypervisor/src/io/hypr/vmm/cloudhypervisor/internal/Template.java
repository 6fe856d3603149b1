package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VmmDirectory;

/**
 * A saved microVM, and how another goes on from it. Its memory is mapped: a page is read when the guest needs it first, is shared by all who only read it, and
 * copied for who writes to it.
 *
 * @param files of it
 */
record Template(TemplateFiles files) {

    /** Names that Cloud Hypervisor gives to the files of a snapshot. */
    static final String STATE = "state.json";
    static final String CONFIG = "config.json";

    private static final ObjectMapper JSON = new ObjectMapper();

    static Template in(Path directory) {
        return new Template(new TemplateFiles(directory.toAbsolutePath(), CloudHypervisorRecord.OWNER));
    }

    /** @return the machine that was saved, in the API's {@code VmConfig} */
    Path config() {
        return files.directory().resolve(CONFIG);
    }

    /**
     * Lays out a snapshot for one microVM: the state as it was saved, and the machine with the taps of its own plan and with memory that stays the template's.
     *
     * @param run where to
     * @param plan of the microVM, each of whose interfaces has a tap
     * @param wanted machine of the plan, whose descriptors it has
     * @throws IOException if it cannot be read or written
     */
    void layOut(VmmDirectory run, VmPlan plan, MachineConfig wanted) throws IOException {
        Path from = Files.createDirectory(run.file(Names.RESTORED), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.copy(files.state(), from.resolve(STATE));
        JSON.writeValue(from.resolve(CONFIG).toFile(), machine(JSON.readTree(config().toFile()), plan, wanted));
        for (Path file : List.of(from.resolve(STATE), from.resolve(CONFIG), from)) {
            run.give(file);
        }
    }

    private static JsonNode machine(JsonNode saved, VmPlan plan, MachineConfig wanted) throws IOException {
        if (!(saved instanceof ObjectNode machine) || machine.path("net").size() != plan.nics().size() || machine.path("disks").size() != plan.disks().size()) {
            throw new IOException("The machine in the template is another");
        }
        machine.set("memory", wanted.body().get("memory"));
        for (int i = 0; i < plan.nics().size(); i++) {
            ((ObjectNode) machine.path("net").get(i)).put("tap", plan.nics().get(i).tap());
        }
        for (int i = 0; i < plan.disks().size(); i++) {
            ((ObjectNode) machine.path("disks").get(i)).set("path", wanted.body().path("disks").get(i).get("path"));
        }
        return machine;
    }

    /** Lets the guest go on unless it is to stay paused; then it is told how large its writable disks are now. */
    static void restore(Api api, VmPlan plan, TemplateFiles.Description template, boolean paused) throws IOException {
        api.put("vm.restore", JsonNodeFactory.instance.objectNode().put("source_url", "file://" + Names.RESTORED));
        if (!paused) {
            api.put("vm.resume", null);
        }
        for (int i = 0; i < plan.disks().size(); i++) {
            VmPlan.Disk disk = plan.disks().get(i);
            long size = Files.size(disk.file());
            if (template.grows(i, disk, size)) {
                api.put("vm.resize-disk", JsonNodeFactory.instance.objectNode().put("id", TemplateFiles.disk(i)).put("desired_size", size));
            }
        }
    }
}
