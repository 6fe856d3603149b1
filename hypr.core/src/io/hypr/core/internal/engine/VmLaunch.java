package io.hypr.core.internal.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.logs.ContainerLog;
import io.hypr.core.internal.template.TemplateCache;
import io.hypr.core.internal.template.TemplateCache.Way;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;

/** Starts the microVM of one container: from a template if there is one, and by booting it when there is none or the template turns out to be bad. */
final class VmLaunch {

    /** How long the agent may take to answer from a template. It takes some milliseconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Engine engine;
    private final Container container;
    private final String backend;
    private final VmPlan plan;
    private final String mode;
    private final ContainerLog visit;
    private Way way;
    private long begun;

    VmLaunch(Engine engine, Container container, String backend, VmPlan plan) {
        this(engine, container, backend, plan, null);
    }

    /** @param visit takes what the link keeps of a microVM that runs no workload; null = one that does */
    VmLaunch(Engine engine, Container container, String backend, VmPlan plan, ContainerLog visit) {
        this.visit = visit;
        this.engine = engine;
        this.container = container;
        this.backend = backend;
        this.plan = plan;
        String asked = container.info().spec.template;
        this.mode = asked != null ? asked : engine.settings().templates() ? "auto" : "off";
    }

    /**
     * What a microVM boots. As in a container of Docker there is no IPv6 on a network without it, and no interface that nobody asked for; what the user
     * says comes last and wins.
     */
    static VmPlan.Boot boot(Settings settings, ContainerSpec spec) {
        List<String> arguments = new ArrayList<>(List.of("sysctl.net.ipv6.conf.all.disable_ipv6=1", "dummy.numdummies=0"));
        arguments.addAll(spec.kernelArguments);
        return new VmPlan.Boot(settings.vmlinux(), settings.bzImage(), settings.initramfs(), arguments);
    }

    private TemplateCache templates() {
        return engine.templates();
    }

    /** @return the run of the microVM, whose link is being held open */
    Run start() {
        way = mode.equals("off") ? new Way("", null, "Templates are switched off for it.", null) : wanted();
        begun = System.nanoTime();
        Hold hold = way.isCold() ? boot() : restore();
        return begin(hold);
    }

    private Way wanted() {
        if (mode.equals("on")) {
            templates().create(backend, plan);
        }
        return templates().way(backend, plan);
    }

    private Hold boot() {
        return engine.services().backends.launch(backend, plan, intent -> container.change(r -> r.vm = intent));
    }

    private Hold restore() {
        try {
            return engine.services().backends.launch(backend, way.saved(), plan, intent -> container.change(r -> r.vm = intent));
        } catch (HyprException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                templates().blame(way.template(), e.getMessage());
            } else if (e.code() != ErrorCode.UNSUPPORTED) {
                throw e;
            }
            way = new Way("", null, "It could not start from the template of its shape: " + e.getMessage(), null);
            return boot();
        }
    }

    private Run begin(Hold hold) {
        if (visit != null) {
            Run run = new Run(container, container.id(), hold, visit, engine.log());
            container.change(r -> r.vm = hold.record());
            run.begin(true);
            return run;
        }
        Run run = new Run(container, container.id(), hold, container.log(), engine.log());
        container.change(r -> {
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
            now.link().awaitWelcome(way.isCold() ? Duration.ofSeconds(engine.settings().hello()) : PATIENCE);
        } catch (HyprException e) {
            if (way.isCold() || engine.isClosed()) {
                throw e;
            }
            templates().blame(way.template(), e.getMessage());
            now = again.get();
            now.link().awaitWelcome(Duration.ofSeconds(engine.settings().hello()));
        }
        long nanos = System.nanoTime() - begun;
        if (visit == null) {
            container.change(r -> r.info.bootNanos = nanos);
        }
        return now;
    }

    /** Boots after all. */
    Run startCold(String reason) {
        way = new Way("", null, reason, null);
        begun = System.nanoTime();
        return begin(boot());
    }

    /** The container runs: the next one of its shape shall start from a template. */
    void done() {
        if (way.wanted() != null) {
            templates().want(way.wanted());
        }
    }
}
