package io.hypr.core.internal.engine;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.plan.Plan;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.Json;
import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.Resizable;
import io.hypr.vmm.VmPlan;

/** Changes limits and policies of one container, and its microVM if it runs. */
final class Update {

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final String STOP = "Stop the container, update it, and start it again.";

    private final Engine engine;
    private final Container container;

    Update(Engine engine, Container container) {
        this.engine = engine;
        this.container = container;
    }

    ContainerInfo apply(ContainerChange change) {
        container.operation().lock();
        try {
            ContainerRecord before = container.record();
            ContainerSpec spec = Json.copy(before.info.spec, ContainerSpec.class);
            contradiction(change, spec);
            merge(change, spec);
            ContainerInfo after = container.info();
            after.spec = spec;
            Size.apply(spec, after, engine.settings());
            Size.reservation(or(change.memoryReservation, 0L), or(change.memory, 0L));
            Restarts.check(spec);
            Run run = container.run();
            if (run == null) {
                commit(after, true);
            } else {
                fit(run, before.info, after);
                new Steps(run, before, after).take();
            }
        } finally {
            container.operation().unlock();
        }
        container.event("update", Map.of());
        return container.info();
    }

    /** Ends what an engine began that did not come to its end: all of it holds then, or nothing of it. */
    void carryOn() {
        container.operation().lock();
        try {
            ContainerRecord record = container.record();
            Run run = container.run();
            if (record.update == null || container.isRemoved()) {
                return;
            }
            if (run == null) {
                commit(record.update, true);
            } else {
                new Steps(run, record, record.update).take();
            }
        } catch (HyprException e) {
            engine.log().warn("An update of container {} that was cut off could not be carried on: {}", container.id(), e.getMessage(), e);
        } finally {
            container.operation().unlock();
        }
    }

    private void commit(ContainerInfo after, boolean rests) {
        container.change(r -> {
            r.update = null;
            r.info.spec = after.spec;
            r.info.processors = after.processors;
            r.info.memory = after.memory;
            if (rests) {
                r.info.maxProcessors = after.maxProcessors;
                r.info.maxMemory = after.maxMemory;
            }
        });
    }

    /** What Docker refuses beside what is there already. */
    private void contradiction(ContainerChange change, ContainerSpec before) {
        String why = null;
        if (change.cpus != null && (before.cpuPeriod > 0 || before.cpuQuota > 0)) {
            why = "Conflicting options: Nano CPUs cannot be updated as CPU " + (before.cpuPeriod > 0 ? "Period" : "Quota") + " has already been set";
        } else if (before.cpus != 0 && (or(change.cpuPeriod, 0L) > 0 || or(change.cpuQuota, 0L) > 0)) {
            why = "Conflicting options: CPU " + (or(change.cpuPeriod, 0L) > 0 ? "Period" : "Quota") + " cannot be updated as NanoCPUs has already been set";
        } else if (change.memory != null && change.memorySwap == null && before.memorySwap > 0 && change.memory > before.memorySwap) {
            why = "Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time";
        }
        if (why != null) {
            throw NewContainer.invalid("Cannot update container " + container.id() + ": " + why);
        }
    }

    private void merge(ContainerChange change, ContainerSpec spec) {
        spec.memory = or(change.memory, spec.memory);
        spec.memorySwap = or(change.memorySwap, spec.memorySwap);
        spec.memoryReservation = or(change.memoryReservation, spec.memoryReservation);
        spec.cpus = or(change.cpus, spec.cpus);
        spec.cpuQuota = or(change.cpuQuota, spec.cpuQuota);
        spec.cpuPeriod = or(change.cpuPeriod, spec.cpuPeriod);
        spec.cpuShares = or(change.cpuShares, spec.cpuShares);
        spec.cpuSet = or(change.cpuSet, spec.cpuSet);
        if (change.pidsLimit != null) {
            if (change.pidsLimit < -1) {
                throw NewContainer.invalid("invalid pids limit: " + change.pidsLimit);
            }
            spec.pidsLimit = Math.max(0, change.pidsLimit);
        }
        if (change.restartPolicy != null) {
            if (spec.autoRemove && !change.restartPolicy.equals("no")) {
                throw NewContainer.invalid("Cannot update container " + container.id()
                        + ": Restart policy cannot be updated because AutoRemove is enabled for the container");
            }
            spec.restartPolicy = change.restartPolicy;
            spec.restartRetries = change.restartRetries == null ? 0 : change.restartRetries;
        }
    }

    private static <T> T or(T changed, T before) {
        return changed == null ? before : changed;
    }

    /** Sees what the microVM that runs can become. */
    private static void fit(Run run, ContainerInfo now, ContainerInfo after) {
        if (Size.cpus(after.spec) == Size.cpus(now.spec)) {
            after.processors = now.processors; // A list of the host's processors binds those that there are.
        }
        if (after.processors > now.maxProcessors && after.processors != now.processors) {
            throw tooMuch(now, "to " + now.maxProcessors + " processors, not to " + after.processors, "--vcpus-max " + after.processors);
        }
        if (after.memory > now.maxMemory && after.memory != now.memory) {
            throw tooMuch(now, "to " + (now.maxMemory >> 20) + " MiB of memory, not to " + (after.memory >> 20) + " MiB",
                    "--memory-max " + (after.memory >> 20) + "m");
        }
        if (after.processors != now.processors && facet(run.hold(), Resizable.class).isEmpty()) {
            after.processors = now.processors; // It keeps them all, and is held to a part of their time.
        }
    }

    /** From what a microVM that runs is held to, to something else: each step is undone when a later one fails. */
    private final class Steps {

        private final Run run;
        private final ContainerRecord before;
        private final ContainerInfo now;
        private final ContainerInfo after;

        Steps(Run run, ContainerRecord before, ContainerInfo after) {
            this.run = run;
            this.before = before;
            this.now = before.info;
            this.after = after;
        }

        void take() {
            Plan plan = new Plan(engine.settings().points())
                .step("update.intent", () -> container.change(r -> r.update = after), () -> container.change(r -> r.update = null));
            if (after.memory != now.memory) {
                plan.step("update.memory", () -> memory(now.memory, after.memory), () -> memory(after.memory, now.memory));
            }
            if (after.processors != now.processors) {
                plan.step("update.processors", () -> processors(after.processors), () -> processors(now.processors));
            }
            if (!Size.guestLimits(after).equals(Size.guestLimits(now))) {
                plan.step("update.guest", () -> guest(now, after), () -> guest(after, now));
            }
            VmPlan.Limits limits = Size.limits(after);
            VmPlan.Limits had = Size.limits(now);
            Optional<Limitable> host = limits.equals(had) ? Optional.empty() : limitable(limits, had);
            host.ifPresent(h -> plan.step("update.host", () -> h.limits(limits), () -> h.limits(had)));
            try {
                plan.step("update.commit", () -> commit(after, false), null).run();
            } catch (HyprException e) {
                throw e;
            } catch (Exception e) {
                throw new HyprException(ErrorCode.UNAVAILABLE, "The update was interrupted.", e);
            }
        }

        /** Where the host holds no VMM, the guest's kernel alone holds the container to a part of the processors. */
        private Optional<Limitable> limitable(VmPlan.Limits limits, VmPlan.Limits had) {
            Optional<Limitable> host = facet(run.hold(), Limitable.class);
            if (host.isEmpty() && !limits.equals(new VmPlan.Limits(limits.cpus(), had.shares(), had.processors(), had.reservation()))) {
                throw cannot();
            }
            return host;
        }

        private void processors(int count) {
            facet(run.hold(), Resizable.class).orElseThrow(this::cannot).processors(count);
        }

        /** The guest's kernel holds the container to them, from now on. */
        private void guest(ContainerInfo from, ContainerInfo to) throws InterruptedException {
            Map<String, String> limits = new TreeMap<>(Size.guestLimits(to));
            limits.entrySet().removeAll(Size.guestLimits(from).entrySet());
            Result r = run.answer(run.limits(limits), ANSWER);
            if (r.errno() != 0) {
                throw Run.failed("The limits could not be changed", r);
            }
        }

        /** Beyond what it was started with, memory is plugged in; below, the balloon takes it. */
        private void memory(long from, long to) {
            long boot = before.bootMemory == 0 ? now.memory : before.bootMemory;
            if (now.maxMemory > boot) {
                facet(run.hold(), Resizable.class).orElseThrow(this::cannot).memory(Math.max(to, boot));
            }
            if (Math.min(to, from) < boot) {
                facet(run.hold(), Reclaim.class).orElseThrow(this::cannot).target(Math.min(to, boot));
            }
        }

        private HyprException cannot() {
            return new HyprException(ErrorCode.UNSUPPORTED, "The backend " + run.hold().record().owner() + " cannot change a microVM that runs.").remedy(STOP);
        }
    }

    private static <F> Optional<F> facet(Hold hold, Class<F> type) {
        return hold.call(s -> s.facet(type));
    }

    private static HyprException tooMuch(ContainerInfo info, String what, String option) {
        return new HyprException(ErrorCode.INVALID, "Container " + info.name + " was started as a microVM that can grow " + what + ".")
            .remedy(STOP + " For growth while it runs, create it with " + option + " on a backend that can do that.");
    }
}
