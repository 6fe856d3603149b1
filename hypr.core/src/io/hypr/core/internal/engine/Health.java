package io.hypr.core.internal.engine;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Check;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.HealthCheck;
import io.hypr.engine.ContainerState;
import io.hypr.engine.Execs;
import io.hypr.image.ImageConfig;
import io.hypr.model.HyprException;

/** Looks after the health of one run of a container, as Docker does, from its start or its taking over until its end. */
final class Health {

    private static final long DEFAULT = Duration.ofSeconds(30).toNanos();
    private static final long START_DEFAULT = Duration.ofSeconds(5).toNanos();
    private static final long LEAST = Duration.ofMillis(1).toNanos();
    private static final int RETRIES = 3;
    private static final int KEPT = 5;
    private static final int OUTPUT = 4096;

    private final Engine engine;
    private final Container container;
    private final Run run;
    private final HealthCheck how;

    private Health(Engine engine, Container container, Run run, HealthCheck how) {
        this.engine = engine;
        this.container = container;
        this.run = run;
        this.how = how;
    }

    /** Checks what is asked for, and fills in what the image says. */
    static void apply(ContainerSpec spec, ImageConfig image) {
        ImageConfig.Healthcheck theirs = image.healthcheck();
        if (theirs != null) {
            HealthCheck ours = spec.health == null ? new HealthCheck() : spec.health;
            ours.test = ours.test.isEmpty() ? new ArrayList<>(theirs.test()) : ours.test;
            ours.interval = ours.interval == 0 ? theirs.interval().toNanos() : ours.interval;
            ours.timeout = ours.timeout == 0 ? theirs.timeout().toNanos() : ours.timeout;
            ours.startPeriod = ours.startPeriod == 0 ? theirs.startPeriod().toNanos() : ours.startPeriod;
            ours.startInterval = ours.startInterval == 0 ? theirs.startInterval().toNanos() : ours.startInterval;
            ours.retries = ours.retries == 0 ? theirs.retries() : ours.retries;
            spec.health = ours;
        }
        if (spec.health == null) {
            return;
        }
        least("Interval", spec.health.interval);
        least("Timeout", spec.health.timeout);
        least("StartPeriod", spec.health.startPeriod);
        least("StartInterval", spec.health.startInterval);
        if (spec.health.retries < 0) {
            throw NewContainer.invalid("Retries in Healthcheck cannot be negative");
        }
    }

    private static void least(String what, long nanos) {
        if (nanos != 0 && nanos < LEAST) {
            throw NewContainer.invalid(what + " in Healthcheck cannot be less than 1ms");
        }
    }

    /** @return whether there is anything to look after */
    static boolean wanted(ContainerSpec spec) {
        return spec.health != null && spec.health.test.size() > 1 && !spec.health.test.getFirst().equals("NONE");
    }

    /** Begins to look after a container that runs, if that is wanted. */
    static void watch(Engine engine, Container container, Run run) {
        HealthCheck how = container.ask(r -> wanted(r.info.spec) ? r.info.spec.health : null);
        if (how != null) {
            engine.aside("health of " + container.id(), () -> new Health(engine, container, run, how).watch());
        }
    }

    private void watch() {
        try {
            while (!container.awaitEnd(run, Duration.ofNanos(container.ask(r -> interval(r.info, how, Instant.now())))) && !engine.isClosed()) {
                if (container.state() == ContainerState.RUNNING) { // What is paused cannot answer.
                    note(check());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return nanoseconds to the next check: what has just been started, and was not healthy yet, is checked more often */
    static long interval(ContainerInfo info, HealthCheck how, Instant now) {
        boolean starting = info.health == null || info.health.status.equals("starting");
        return starting && Duration.between(info.started, now).toNanos() < how.startPeriod ? or(how.startInterval, START_DEFAULT) : or(how.interval, DEFAULT);
    }

    private static long or(long value, long otherwise) {
        return value == 0 ? otherwise : value;
    }

    private Check check() throws InterruptedException {
        Instant begun = Instant.now();
        Execs.ExecSpec spec = new Execs.ExecSpec();
        spec.argv.addAll(how.test.getFirst().equals("CMD-SHELL") ? shell() : List.of());
        spec.argv.addAll(how.test.subList(1, how.test.size()));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long limit = or(how.timeout, DEFAULT);
        try (Execs.Exec exec = new ExecService(() -> engine).exec(container.id(), spec, (stream, bytes, offset, length) -> {
            synchronized (out) {
                out.write(bytes, offset, Math.min(length, OUTPUT - Math.min(OUTPUT, out.size())));
            }
        })) {
            Integer status = status(exec, limit);
            if (status == null) {
                exec.kill("KILL");
                return new Check(begun, Instant.now(), -1, "Health check exceeded timeout (" + words(limit) + ")");
            }
            synchronized (out) {
                return new Check(begun, Instant.now(), status, out.toString(StandardCharsets.UTF_8));
            }
        } catch (HyprException e) {
            return new Check(begun, Instant.now(), -1, e.getMessage());
        }
    }

    /** @return what runs lines, as the image says */
    private List<String> shell() {
        List<String> words = engine.services().images().find(container.ask(r -> r.info.imageId)).map(i -> i.config().shell()).orElse(List.of());
        return words.isEmpty() ? List.of("/bin/sh", "-c") : words;
    }

    /** @return null if it did not end in time */
    private static Integer status(Execs.Exec exec, long limit) throws InterruptedException {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        Thread waits = Thread.ofVirtual().name("health check").start(() -> {
            try {
                status.complete(exec.await());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return status.get(limit, TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            waits.interrupt();
            return null;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As Go writes durations. */
    private static String words(long nanos) {
        Duration d = Duration.ofNanos(nanos);
        return d.toSeconds() < 1 ? d.toMillis() + "ms" : d.toString().substring(2).toLowerCase(java.util.Locale.ROOT);
    }

    private void note(Check check) {
        String[] now = new String[1];
        container.change(r -> {
            if (container.run() == run && container.runs()) { // Else it has ended meanwhile: what the check said is of no use.
                now[0] = add(r.info, how, check) ? r.info.health.status : null;
            }
        });
        if (now[0] != null) {
            container.event("health_status: " + now[0], Map.of());
        }
    }

    /** @return whether the status is another one now */
    static boolean add(ContainerInfo info, HealthCheck how, Check check) {
        ContainerInfo.Health h = info.health == null ? new ContainerInfo.Health() : info.health;
        String before = h.status;
        info.health = h;
        h.log.add(check);
        while (h.log.size() > KEPT) {
            h.log.removeFirst();
        }
        if (check.exitCode() == 0) {
            h.failing = 0;
            h.status = "healthy";
        } else if (!h.status.equals("starting") || Duration.between(info.started, check.start()).toNanos() >= how.startPeriod) {
            h.failing++;
            if (h.failing >= (how.retries == 0 ? RETRIES : how.retries)) {
                h.status = "unhealthy";
            }
        }
        return !h.status.equals(before);
    }
}
