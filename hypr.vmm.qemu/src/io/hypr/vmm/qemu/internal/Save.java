package io.hypr.vmm.qemu.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

import io.hypr.ffm.memory.MemoryFile;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmProcess;

/** Saves the state of one QEMU whose memory is a file. */
final class Save {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final long pid;
    private final VmmDirectory run;
    private final int memory;

    /** The memory is a descriptor that QEMU has open. */
    Save(long pid, VmmDirectory run, int memory) {
        this.pid = pid;
        this.run = run;
        this.memory = memory;
    }

    /** Returns how many bytes it takes on the disk. */
    long into(TemplateFiles files) {
        try {
            VmmProcess.awaitRest(pid);
            try (Qmp qmp = Qmp.connect(run.file(Sockets.MONITOR), LIMIT)) {
                Map<String, Long> disks = disks(qmp);
                qmp.execute("migrate-set-capabilities", Restore.WITHOUT_MEMORY);
                state(qmp, files.state());
                Path file = Path.of("/proc", Long.toString(pid), "fd", Integer.toString(memory));
                long copied = MemoryFile.copy(file, files.memory());
                files.describe(new TemplateFiles.Description(Files.size(file), disks));
                return copied + Files.size(files.state());
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The microVM could not be saved in " + files.directory() + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.CANCELLED, "Interrupted while a microVM was saved.", e);
        }
    }

    private static Map<String, Long> disks(Qmp qmp) {
        Map<String, Long> disks = new HashMap<>();
        for (JsonNode node : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
            disks.put(node.path("node-name").asText(), node.path("image").path("virtual-size").asLong());
        }
        disks.keySet().removeIf(name -> !name.startsWith("disk"));
        return disks;
    }

    /** QEMU's user may not write where templates are: it sends its state over a socket. */
    private void state(Qmp qmp, Path file) throws IOException, InterruptedException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
                FileChannel target = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            server.bind(UnixDomainSocketAddress.of(run.file(Sockets.SAVED)));
            run.give(run.file(Sockets.SAVED));
            qmp.execute("migrate", Map.of("uri", "unix:" + Sockets.SAVED));
            server.configureBlocking(false);
            try (SocketChannel source = accepted(server, qmp)) {
                copy(source, target);
            }
            String status = "active";
            while (!status.equals("completed")) {
                status = qmp.awaitEvent("MIGRATION", LIMIT).path("status").asText();
                if (status.equals("failed")) {
                    throw new HyprException(ErrorCode.INTERNAL,
                            "QEMU could not save its state: " + qmp.execute("query-migrate", Map.of()).path("error-desc").asText());
                }
            }
        } finally {
            Files.deleteIfExists(run.file(Sockets.SAVED));
        }
    }

    /** QEMU has connected when it reports that it is active; if it could not, it has failed. */
    private static SocketChannel accepted(ServerSocketChannel server, Qmp qmp) throws IOException, InterruptedException {
        SocketChannel source = server.accept();
        while (source == null) {
            if (qmp.awaitEvent("MIGRATION", LIMIT).path("status").asText().equals("failed")) {
                throw new IOException("QEMU could not connect to the socket for its state");
            }
            source = server.accept();
        }
        source.configureBlocking(true);
        return source;
    }

    private static void copy(SocketChannel source, FileChannel target) throws IOException {
        Channels.newInputStream(source).transferTo(Channels.newOutputStream(target));
    }
}
