package io.hypr.core.internal.template;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.hypr.core.internal.Blocks;
import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Backends;
import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.link.Answers;
import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.link.FrameDecoder;
import io.hypr.core.internal.link.Payload;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.core.internal.link.Setup;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Snapshots;
import io.hypr.vmm.VmPlan;

/**
 * Makes a template: boots a microVM with empty disks and interfaces that lead nowhere, and saves it when its agent has come up. Nobody has
 * spoken to it then, but for what has it mount an image.
 */
final class TemplateMaker {

    /** Of the disk that stands for an image's: larger than any image, and without a block of its own. */
    private static final long NOMINAL = 1L << 40;
    private static final long UNSOLICITED = 0;
    private static final boolean IS_ROOT = System.getProperty("user.name").equals("root");

    private final Settings settings;
    private final Backends backends;
    private final TemplateStore store;
    private final Supplier<RootFileSystems> roots;

    TemplateMaker(Settings settings, Backends backends, TemplateStore store, Supplier<RootFileSystems> roots) {
        this.roots = roots;
        this.settings = settings;
        this.backends = backends;
        this.store = store;
    }

    /**
     * Makes one. Interrupting the thread ends it early.
     *
     * @throws HyprException if it cannot be made; nothing is left behind then
     */
    void make(TemplateRecord record) {
        try {
            Path directory = store.begin(record);
            boot(record, directory);
            store.publish(record);
        } catch (IOException e) {
            abandon(record, e);
            throw new HyprException(ErrorCode.INTERNAL, "The template could not be made: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            abandon(record, e);
            throw e;
        }
    }

    private void abandon(TemplateRecord record, Exception reason) {
        boolean interrupted = Thread.interrupted(); // What follows must not be cut short.
        try {
            clear(record);
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Removes all of what was being made, the microVM too. Idempotent. */
    void clear(TemplateRecord record) {
        if (record.vm != null) {
            backends.discard(record.vm);
        }
        deleteRun(record);
        store.abandon(record);
    }

    private void boot(TemplateRecord record, Path directory) throws IOException {
        Path run = runDirectory(record);
        deleteRun(record);
        Files.createDirectories(run.getParent());
        Files.createDirectory(run, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        int user = settings.firstUid() - 1;
        List<Path> disks = disks(record, directory, user);
        VmPlan plan = record.plan(new VmPlan.Boot(settings.vmlinux(), settings.bzImage(), settings.initramfs(), List.of()), disks, run,
                directory.resolve("vmm.log"),
            new VmPlan.Jail(user, user, "hypr/template-" + record.id.substring(0, 12)));
        try (Hold hold = backends.launch(record.backend, plan, intent -> intend(record, intent))) {
            FrameDecoder decoder = new FrameDecoder();
            try (ByteChannel link = comeUp(hold, decoder)) {
                if (record.root != null) {
                    within(link, () -> prepare(record, link, decoder));
                }
                Path saved = Files.createDirectory(directory.resolve("vm"));
                record.size = hold.call(vm -> vm.facet(Snapshots.class)
                    .orElseThrow(() -> new HyprException(ErrorCode.UNSUPPORTED, "The backend " + record.backend + " cannot save this microVM.")).save(saved));
            }
            hold.kill();
        }
        backends.discard(record.vm);
        deleteRun(record);
        settleDisks(record, disks);
        record.vm = null;
        record.created = Instant.now();
    }

    /** The agent says WELCOME by itself when it has come up (PROTOCOL.md section 4). A link that breaks before was given up: it is opened again. */
    private ByteChannel comeUp(Hold hold, FrameDecoder decoder) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(settings.hello()).toNanos();
        while (true) {
            ByteChannel link = hold.link();
            try {
                within(link, () -> await(link, () -> decoder.welcome(UNSOLICITED), decoder));
                return link;
            } catch (IOException e) {
                link.close();
                if (System.nanoTime() > end) {
                    throw e;
                }
            } catch (RuntimeException e) {
                link.close();
                throw e;
            }
        }
    }

    private void intend(TemplateRecord record, io.hypr.model.DriverRecord intent) {
        record.vm = intent;
        try {
            store.note(record);
        } catch (IOException e) {
            throw new UncheckedIOException("The microVM of a template cannot be noted", e);
        }
    }

    private Path runDirectory(TemplateRecord record) {
        return settings.run().resolve("t" + record.id.substring(0, 11));
    }

    private void deleteRun(TemplateRecord record) {
        try {
            Files.deleteIfExists(runDirectory(record));
        } catch (IOException e) {
            throw new UncheckedIOException("The run directory of a template cannot be removed", e);
        }
    }

    /** They are the user's, as those of containers: not every VMM finds its disks open. */
    private List<Path> disks(TemplateRecord record, Path directory, int user) throws IOException {
        List<Path> disks = new ArrayList<>();
        if (record.root != null) {
            Path disk = directory.resolve(TemplateStore.DISK);
            roots.get().writable(disk, record.disk, user);
            return List.of(Path.of(record.root), disk);
        }
        for (boolean readOnly : record.readOnly) {
            Path file = directory.resolve("disk" + disks.size());
            try (RandomAccessFile disk = new RandomAccessFile(file.toFile(), "rw")) {
                disk.setLength(readOnly ? NOMINAL : settings.disk() + RootFileSystems.WINDOW);
            }
            if (IS_ROOT) { // Nobody else can give files away, and VMMs are nobody else then.
                Files.setAttribute(file, "unix:uid", user);
            }
            disks.add(file);
        }
        return disks;
    }

    /** What containers start with is kept, and nobody's but the engine's. */
    private static void settleDisks(TemplateRecord record, List<Path> disks) throws IOException {
        if (record.root == null) {
            for (Path disk : disks) {
                Files.delete(disk);
            }
            return;
        }
        if (IS_ROOT) {
            Files.setAttribute(disks.getLast(), "unix:uid", 0);
        }
        record.size += Blocks.of(disks.getLast());
    }

    /**
     * The first part of a SETUP (PROTOCOL.md section 6.1), and what the image starts is read, so that it is in the template's memory. What is answered is not
     * acknowledged: the agent says it again to whoever speaks to it next, which is the engine that starts a container from this.
     */
    private static void prepare(TemplateRecord record, ByteChannel link, FrameDecoder decoder) throws IOException {
        long nonce = new SecureRandom().nextLong() | 1;
        write(link, new Frame(Frame.HELLO, 0, 0, 0, new Payload().u64(FrameDecoder.MAGIC).u64(nonce).u16(1).u64(0).u64(0).toBuffer()));
        await(link, () -> decoder.welcome(nonce), decoder);
        write(link, new Frame(Frame.SETUP, 0, 0, 1, Setup.mounts(new byte[] {'\n'}).encode(1, 0).toBuffer()));
        Answers.Result result = Answers.result(await(link, decoder, Frame.RESULT).payload());
        if (result.errno() != 0) {
            throw new HyprException(ErrorCode.INTERNAL, "The image could not be mounted in the microVM for a template: " + result.text() + ", errno "
                + result.errno() + ".");
        }
        List<String> reader = new ArrayList<>(List.of("/merlin", "read"));
        reader.addAll(record.programs);
        write(link, new Frame(Frame.RUN, 0, 0, 2, RunProcess.tool(reader, 0).encode(2, 2).toBuffer()));
        if (Answers.result(await(link, decoder, Frame.RESULT).payload()).errno() == 0) {
            await(link, decoder, Frame.EXIT);
        }
    }

    private static Frame await(ByteChannel link, FrameDecoder decoder, int type) throws IOException {
        Frame frame;
        do {
            frame = await(link, decoder::next, decoder);
        } while (frame.type() != type);
        return frame;
    }

    private static void write(ByteChannel link, Frame frame) throws IOException {
        ByteBuffer octets = frame.encode();
        while (octets.hasRemaining()) {
            link.write(octets);
        }
    }

    /** Looks for a frame in what is there and in what comes. */
    private interface Search {
        Frame look() throws IOException;
    }

    private static Frame await(ByteChannel link, Search search, FrameDecoder decoder) throws IOException {
        Frame found = search.look();
        while (found == null) {
            if (!decoder.feed(link)) {
                throw new EOFException("The link to the microVM broke");
            }
            found = search.look();
        }
        return found;
    }

    private interface Talk {
        void run() throws IOException;
    }

    /** Gives the agent as long as it may take to come up. */
    private void within(ByteChannel link, Talk talk) throws IOException {
        Thread reader = Thread.currentThread();
        Duration limit = Duration.ofSeconds(settings.hello());
        Thread watch = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(limit);
                link.close();
            } catch (InterruptedException e) {
                return; // The agent came up.
            } catch (IOException e) {
                reader.interrupt();
            }
        });
        try {
            talk.run();
        } catch (java.nio.channels.AsynchronousCloseException e) {
            throw new HyprException(ErrorCode.TIMEOUT, "The agent in the microVM for a template did not come up in " + limit.toSeconds() + " s.", e);
        } finally {
            watch.interrupt();
        }
    }
}
