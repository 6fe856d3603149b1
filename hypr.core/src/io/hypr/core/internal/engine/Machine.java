package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Backends.Choice;
import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.template.MountedRoot;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.image.Image;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.model.Progress;
import io.hypr.net.Attachment;
import io.hypr.vmm.VmPlan;

/**
 * The microVM that one container is given: who runs it, its root and its disk, its launch, and another launch where what it started from turns out to be bad.
 * The methods are the steps of a plan, in this order; the caller holds the container's operation lock.
 */
final class Machine {

    /** Name of the VMM's log in a container's directory. */
    static final String VMM_LOG = "vmm.log";

    private final Engine engine;
    private final Container container;
    private final Settings settings;
    private final ContainerRecord before;
    private final ContainerInfo info;
    private final ContainerSpec spec;
    private Choice choice;
    private Image image;
    private Path root;
    private boolean fresh;
    private boolean waits;
    private VmLaunch vm;
    private Run run;

    /** @param before the container's record before it is started, whose information gets what is new of it */
    Machine(Engine engine, Container container, ContainerRecord before) {
        this.engine = engine;
        this.container = container;
        this.settings = engine.settings();
        this.before = before;
        this.info = before.info;
        this.spec = info.spec;
        Size.renew(info);
    }

    /** Chooses the backend. */
    Choice choose() {
        choice = engine.services().backends.choose(spec.vmm, facets(), info.mounts.size(), settings.backends());
        return choice;
    }

    /** What the backend must be able to do. */
    private Set<String> facets() {
        Set<String> facets = new TreeSet<>();
        if (DeviceBook.wanted(spec)) {
            facets.add("vfio");
        }
        if (!info.mounts.isEmpty()) {
            facets.add("virtiofs");
        }
        if (Size.grows(info)) {
            facets.add("resizable");
        }
        return facets;
    }

    /** Takes the microVM that waits for the container, if one does. */
    void takeSpare() {
        waits = engine.handover().begin(container.id());
    }

    Image image() {
        if (image == null) {
            image = engine.services().images().find(info.imageId)
                .orElseThrow(() -> new HyprException(ErrorCode.NOT_FOUND, "No such image: " + info.image + " (" + info.imageId + ")")
                    .remedy("Pull it again: hypr pull " + info.image));
        }
        return image;
    }

    void root() {
        root = engine.services().roots().readOnly(image(), Progress.NONE);
    }

    /** A microVM that waits for the container has its disk already. */
    void disk() throws IOException {
        fresh = waits || Files.notExists(upper());
        if (!waits) {
            Files.createDirectories(container.directory());
            engine.services().roots().writable(upper(), spec.diskSize, before.uid);
        }
    }

    private Path upper() {
        return upper(container.directory());
    }

    /**
     * @param directory of a container
     * @return its disk
     */
    static Path upper(Path directory) {
        return directory.resolve("upper.img");
    }

    /**
     * @param container an id
     * @param uid user of its VMM
     * @param limits to which it is held
     * @return its jail
     */
    static VmPlan.Jail jail(String container, int uid, VmPlan.Limits limits) {
        return new VmPlan.Jail(uid, uid, "hypr/" + container, limits);
    }

    /**
     * Starts it, or lets that go on which waits.
     *
     * @param attachment to its network; null = it has none
     * @param visit takes what the link keeps of a microVM that runs no workload; null = one that does
     */
    void launch(Attachment attachment, ContainerLog visit) throws IOException {
        List<VmPlan.Nic> nics = attachment == null ? List.of()
            : List.of(new VmPlan.Nic(attachment.tap(), info.networks.values().iterator().next().mac, attachment.mtu()));
        List<VmPlan.PassThrough> devices = engine.devices().lent(container).stream().map(d -> new VmPlan.PassThrough(d.kind(), d.address())).toList();
        VmPlan machine = new VmPlan(container.id(), info.processors, Math.max(info.processors, info.maxProcessors), info.memory,
            Math.max(info.memory, info.maxMemory),
            VmLaunch.boot(settings, spec),
            List.of(new VmPlan.Disk(root, true), new VmPlan.Disk(upper(), false)), nics, devices, Mounts.shares(info), engine.runDirectory(container.id()),
            container.directory().resolve(VMM_LOG), jail(container.id(), before.uid, Size.limits(info)),
            Set.of(), spec.vmmOptions);
        boolean mountable = fresh && visit == null && !spec.readOnly && !spec.privileged;
        vm = new VmLaunch(engine, container, choice.name(), machine, mountable ? MountedRoot.of(info.image, image(), root, spec.diskSize) : null, visit);
        boolean waited = waits;
        waits = false;
        if (!vm.goesOn()) {
            prepareRunDirectory();
            if (waited) {
                disk(); // That of the microVM that waited is gone with it.
            }
        }
        run = vm.start();
    }

    private void prepareRunDirectory() throws IOException {
        emptied(engine.runDirectory(container.id())); // Of a start that a crash interrupted before its record.
    }

    /** Makes the run directory of a microVM, or empties it. */
    static Path emptied(Path runDirectory) throws IOException {
        Clearing.delete(runDirectory);
        Files.createDirectories(runDirectory.getParent());
        return Files.createDirectory(runDirectory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Waits for the agent; if the template was bad, what started from it goes, and the microVM boots. */
    void hello() throws InterruptedException {
        run = vm.awaitAgent(run, () -> bootInstead("It did not come up from the template of its shape."));
    }

    /** Boots it instead of what runs, and waits for the agent. */
    void bootAgain(String reason) throws InterruptedException {
        run = vm.awaitAgent(bootInstead(reason), () -> run);
    }

    private Run bootInstead(String reason) {
        try {
            new Clearing(engine, container).vm();
            prepareRunDirectory();
            if (vm.isMounted()) { // Its disk is a copy of the template's, and the log counts the frames of its agent.
                Files.delete(upper());
                disk();
                container.log().begin(before.run + 1);
            }
            return vm.startCold(reason);
        } catch (IOException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The run directory of container " + container.name() + " cannot be made again.", e);
        }
    }

    /** @return the run of it; null = it was not launched */
    Run run() {
        return run;
    }

    /** @return how it was launched */
    VmLaunch vm() {
        return vm;
    }
}
