package io.hypr.core.internal.engine;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import io.hypr.core.internal.backend.Hold;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.core.internal.records.Json;
import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Reclaim;
import io.hypr.vmm.Resizable;

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
            Size.apply(spec, after, engine.settings());
            Restarts.check(spec);
            Run run = container.run();
            if (run != null) {
                same(before.info.spec, spec);
                resize(run, before, spec, after);
                if (spec.pidsLimit != before.info.spec.pidsLimit) {
                    processes(run, spec.pidsLimit);
                }
            }
            container.change(r -> {
                r.info.spec = spec;
                r.info.processors = after.processors;
                r.info.memory = after.memory;
                if (run == null) {
                    r.info.maxProcessors = after.maxProcessors;
                    r.info.maxMemory = after.maxMemory;
                }
            });
        } finally {
            container.operation().unlock();
        }
        container.event("update", Map.of());
        return container.info();
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

    private static void merge(ContainerChange change, ContainerSpec spec) {
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
                throw NewContainer.invalid("Restart policy cannot be updated because AutoRemove is enabled for the container");
            }
            spec.restartPolicy = change.restartPolicy;
            spec.restartRetries = change.restartRetries == null ? 0 : change.restartRetries;
        }
    }

    private static <T> T or(T changed, T before) {
        return changed == null ? before : changed;
    }

    /** The host's control group of the VMM is made when it starts. */
    private static void same(ContainerSpec before, ContainerSpec spec) {
        if (spec.cpuShares != before.cpuShares || !spec.cpuSet.equals(before.cpuSet) || spec.memoryReservation != before.memoryReservation) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "What the host gives a microVM that runs of its processors and memory beside others cannot be changed.").remedy(STOP);
        }
    }

    private void resize(Run run, ContainerRecord before, ContainerSpec spec, ContainerInfo after) {
        ContainerInfo now = before.info;
        double wanted = Size.cpus(spec);
        double had = Size.cpus(now.spec);
        if (wanted != had && (Size.isFraction(wanted) || Size.isFraction(had))) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "A fraction of a processor cannot be given to or taken from a microVM that runs.").remedy(STOP);
        }
        if (after.processors > now.maxProcessors && after.processors != now.processors) {
            throw tooMuch(now, "to " + now.maxProcessors + " processors, not to " + after.processors, "--vcpus-max " + after.processors);
        }
        if (after.memory > now.maxMemory && after.memory != now.memory) {
            throw tooMuch(now, "to " + (now.maxMemory >> 20) + " MiB of memory, not to " + (after.memory >> 20) + " MiB",
                    "--memory-max " + (after.memory >> 20) + "m");
        }
        if (after.memory != now.memory) {
            memory(run.hold(), before, after.memory);
        }
        if (after.processors != now.processors) {
            try {
                facet(run.hold(), Resizable.class).orElseThrow(() -> cannot(run.hold())).processors(after.processors);
            } catch (HyprException e) {
                if (after.memory != now.memory) {
                    memory(run.hold(), before, now.memory);
                }
                throw e;
            }
        }
    }

    /** The guest's kernel holds the container to it, from now on. */
    private static void processes(Run run, long limit) {
        try {
            Result r = run.answer(run.limits(Map.of("pids.max", limit == 0 ? "max" : Long.toString(limit))), ANSWER);
            if (r.errno() != 0) {
                throw Run.failed("The limit of processes could not be changed", r);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HyprException(ErrorCode.UNAVAILABLE, "The update was interrupted.", e);
        }
    }

    /** Beyond what it was started with, memory is plugged in; below, the balloon takes it. */
    private static void memory(Hold hold, ContainerRecord before, long wanted) {
        Optional<Resizable> resizable = facet(hold, Resizable.class);
        long boot = before.bootMemory == 0 ? before.info.memory : before.bootMemory;
        if (before.info.maxMemory > boot) {
            resizable.orElseThrow(() -> cannot(hold)).memory(Math.max(wanted, boot));
        }
        if (Math.min(wanted, before.info.memory) < boot) {
            facet(hold, Reclaim.class).orElseThrow(() -> cannot(hold)).target(Math.min(wanted, boot));
        }
    }

    private static <F> Optional<F> facet(Hold hold, Class<F> type) {
        return hold.call(s -> s.facet(type));
    }

    private static HyprException cannot(Hold hold) {
        return new HyprException(ErrorCode.UNSUPPORTED, "The backend " + hold.record().owner() + " cannot change a microVM that runs.").remedy(STOP);
    }

    private static HyprException tooMuch(ContainerInfo info, String what, String option) {
        return new HyprException(ErrorCode.INVALID, "Container " + info.name + " was started as a microVM that can grow " + what + ".")
            .remedy(STOP + " For growth while it runs, create it with " + option + " on a backend that can do that.");
    }
}
