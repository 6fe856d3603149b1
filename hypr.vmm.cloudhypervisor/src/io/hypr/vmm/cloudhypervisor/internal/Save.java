package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;

import io.hypr.ffm.memory.MemoryFile;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmProcess;

/** Saves the state of a Cloud Hypervisor whose memory is a file of the run directory. */
record Save(CloudHypervisorSession session, VmmDirectory run) implements Snapshots {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public long save(Path directory) {
        if (session.info().hasPlugged()) {
            throw new HyprException(ErrorCode.CONFLICT, "The microVM " + session.record().id() + " has devices that were plugged into it: it cannot be saved.");
        }
        Template template = Template.in(directory);
        try {
            VmmProcess.awaitRest(session.pid());
            session.pause();
            state(template);
            long copied = MemoryFile.copy(run.file(Names.MEMORY), template.files().memory());
            // Cloud Hypervisor's user opens it, by a descriptor: the way to it stays closed.
            Files.setPosixFilePermissions(template.files().memory(), PosixFilePermissions.fromString("r--r--r--"));
            template.files().describe(new TemplateFiles.Description(Files.size(run.file(Names.MEMORY)), disks(template)));
            return copied + Files.size(template.files().state()) + Files.size(template.config());
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The microVM could not be saved in " + directory + ".", e);
        }
    }

    /** Its user may not write where templates are: it writes to a directory of its own, from which all is taken that is no link. */
    private void state(Template template) throws IOException {
        Path saved = Files.createDirectory(run.file(Names.SAVED), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        run.give(saved);
        session.put("vm.snapshot", JsonNodeFactory.instance.objectNode().put("destination_url", "file://" + Names.SAVED));
        take(saved.resolve(Template.STATE), template.files().state());
        take(saved.resolve(Template.CONFIG), template.config());
    }

    private static void take(Path from, Path to) throws IOException {
        try (ReadableByteChannel source = Files.newByteChannel(from, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            Files.copy(Channels.newInputStream(source), to);
        }
    }

    /** Disks are named by the descriptors by which Cloud Hypervisor has them open. */
    private Map<String, Long> disks(Template template) throws IOException {
        Map<String, Long> disks = new HashMap<>();
        for (JsonNode disk : JSON.readTree(template.config().toFile()).path("disks")) {
            Path file = Path.of(disk.path("path").asText().replace("/proc/self/", "/proc/" + session.pid() + "/"));
            disks.put(disk.path("id").asText(), Files.size(file));
        }
        return disks;
    }
}
