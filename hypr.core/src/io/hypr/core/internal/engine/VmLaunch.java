package io.hypr.core.internal.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.template.MountedRoot;
import io.hypr.core.internal.template.TemplateCache;
import io.hypr.core.internal.template.TemplateCache.Way;
import io.hypr.engine.ContainerSpec;
import io.hypr.image.RootFileSystems;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** Starts the microVM of one container: from a template if there is one, and by booting it when there is none or the template turns out to be bad. */
final class VmLaunch {

    private final Engine engine;
    private final Container container;
    private final String backend;
    private final VmPlan plan;
    private final String mode;
    private final ContainerLog visit;
    private final MountedRoot root;
    private Way way;
    private Hold waited;
    private long begun;

    /**
     * @param root that a template may have mounted; null = it may not
     * @param visit takes what the link keeps of a microVM that runs no workload; null = one that does
     */
    VmLaunch(Engine engine, Container container, String backend, VmPlan plan, MountedRoot root, ContainerLog visit) {
        this.root = root;
        this.visit = visit;
        this.engine = engine;
        this.container = container;
        this.backend = backend;
        this.plan = plan;
        this.mode = mode(engine.settings(), container.ask(r -> r.info.spec));
    }

    /** @return auto, on or off; templates are of the engine's kernel */
    static String mode(Settings settings, ContainerSpec spec) {
        return spec.kernel != null ? "off" : spec.template != null ? spec.template : settings.templates() ? "auto" : "off";
    }

    /**
     * What a microVM boots. As in a container of Docker there is no IPv6 on a network without it, no interface that nobody asked for, and memory that
     * programs set aside may be more than the limit, which holds for what they use; what the user says comes last and wins.
     */
    static VmPlan.Boot boot(Settings settings, ContainerSpec spec) {
        List<String> arguments = new ArrayList<>(List.of("sysctl.net.ipv6.conf.all.disable_ipv6=1", "sysctl.vm.overcommit_memory=1", "dummy.numdummies=0"));
        arguments.addAll(spec.kernelArguments);
        Path own = spec.kernel == null ? null : Kernels.checked(spec.kernel);
        return own == null ? new VmPlan.Boot(settings.vmlinux(), settings.bzImage(), settings.initramfs(), arguments)
                : new VmPlan.Boot(own, own, settings.initramfs(), arguments);
    }

    private TemplateCache templates() {
        return engine.templates();
    }

    /**
     * Chooses how it is to start; a microVM that waits for it goes on.
     *
     * @return whether one did; if not, nothing of one is there any more
     */
    boolean goesOn() {
        way = mode.equals("off") ? Way.cold(container.ask(r -> r.info.spec.kernel) == null ? "Templates are switched off for it."
                : "It has a kernel of its own, and templates are of HYPR's.", null) : wanted();
        begun = System.nanoTime();
        waited = engine.handover().take(container.id(), way.template(), plan, intent -> container.change(r -> r.vm = intent));
        if (waited != null) {
            way = new Way(way.template(), way.saved(), way.disk(), "It went on from the pool of the template of its image.", null);
        }
        return waited != null;
    }

    /**
     * After {@link #goesOn}.
     *
     * @return the run of the microVM, whose link is being held open
     */
    Run start() {
        return begin(waited != null ? waited : way.isCold() ? boot() : restore());
    }

    private Way wanted() {
        Way found = templates().way(backend, plan, root);
        if (mode.equals("on") && found.isCold()) {
            templates().create(backend, plan, null);
            return templates().way(backend, plan, root);
        }
        return found;
    }

    private Hold boot() {
        return engine.services().backends.launch(backend, plan, intent -> container.change(r -> r.vm = intent));
    }

    private Hold restore() {
        try {
            if (isMounted()) {
                copyDisk(engine, way.disk(), root.disk(), plan.disks().getLast().file(), container.ask(r -> r.uid));
            }
            return engine.services().backends.launch(backend, way.saved(), plan, intent -> container.change(r -> r.vm = intent));
        } catch (HyprException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                templates().blame(way.template(), e.getMessage());
            } else if (e.code() != ErrorCode.UNSUPPORTED) {
                throw e;
            }
            way = Way.cold("It could not start from the template of its shape: " + e.getMessage(), null);
            return boot();
        }
    }

    /** Makes the disk of a container a copy of that of a template. */
    static void copyDisk(Engine engine, Path disk, long size, Path to, int uid) {
        try {
            if (Files.size(disk) != size + RootFileSystems.WINDOW) {
                throw new HyprException(ErrorCode.CORRUPT, "The disk of the template has another size than it was made with.");
            }
        } catch (IOException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The disk of the template cannot be read: " + e, e);
        }
        engine.services().roots().copy(disk, to, uid);
    }

    private Run begin(Hold hold) {
        if (visit != null) {
            Run run = new Run(container, container.id(), hold, visit, engine.log());
            container.note(r -> r.vm = hold.record()); // Its intent is enough to discard it.
            run.begin(true);
            return run;
        }
        Run run = new Run(container, container.id(), hold, container.log(), engine.log());
        container.note(r -> { // Until the start is complete, the intent is enough to discard it.
            r.vm = hold.record();
            r.bootMemory = plan.memory();
            r.info.vmmPid = hold.call(VmSession::pid);
            r.info.template = way.template();
            r.info.templateReason = way.reason();
        });
        container.followers().forEach(run.credits()::add);
        container.run(run);
        if (engine.isClosed()) {
            throw new HyprException(ErrorCode.GONE, "The engine ended while container " + container.name() + " was started.");
        }
        run.begin(true);
        return run;
    }

    /**
     * Waits for the agent.
     *
     * @param run that was started
     * @param again clears that run away, when its template is bad, and prepares another one
     * @return the run whose agent has answered
     */
    Run awaitAgent(Run run, Supplier<Run> again) throws InterruptedException {
        Run now = run;
        try {
            awaitWelcome(now, way.isCold() ? Duration.ofSeconds(engine.settings().hello()) : engine.settings().waits().fromTemplate());
        } catch (HyprException e) {
            if (way.isCold() || engine.isClosed()) {
                throw e;
            }
            templates().blame(way.template(), e.getMessage());
            now = again.get();
            awaitWelcome(now, Duration.ofSeconds(engine.settings().hello()));
        }
        long nanos = System.nanoTime() - begun;
        engine.startTimes(way.isCold()).add(nanos);
        if (visit == null) {
            container.note(r -> r.info.bootNanos = nanos);
        }
        return now;
    }

    /** A guest whose kernel panicked and stays so, as some kernels do and {@code panic=0} asks for, will never answer. */
    private void awaitWelcome(Run run, Duration limit) throws InterruptedException {
        try {
            run.link().awaitWelcome(limit, () -> {
                String panic = run.ending();
                if (!panic.isEmpty()) {
                    throw new HyprException(ErrorCode.INTERNAL, panic).remedy("What it said last is in its directory, in vmm.log.");
                }
            });
        } catch (HyprException e) {
            if (e.code() != ErrorCode.TIMEOUT || container.ask(r -> r.info.spec.kernel) == null) {
                throw e;
            }
            throw e.remedy("Its own kernel must have what HYPR's has, above all virtio and an initramfs; what it said is in its directory, in vmm.log.");
        }
    }

    /** Boots after all. */
    Run startCold(String reason) {
        way = Way.cold(reason, null);
        begun = System.nanoTime();
        return begin(boot());
    }

    /** @return whether what the microVM started from has the image and the disk mounted */
    boolean isMounted() {
        return way.disk() != null;
    }

    /** @return the template that it started from; empty if it booted */
    String template() {
        return way.template();
    }

    /** The container runs: the next one of its shape shall start from a template, or find a microVM that waits. */
    void done() {
        engine.pool().used(way.template());
        if (way.wanted() != null) {
            templates().want(way.wanted());
        }
    }
}
