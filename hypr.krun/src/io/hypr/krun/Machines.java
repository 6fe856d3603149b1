package io.hypr.krun;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.VmSession;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.VmmRefusal;

/** What the backends do, step by step. Stateless; safe for use by several threads. */
public final class Machines {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String READY = "ready";

    private final Platform platform;

    /** @param platform of this host */
    public Machines(Platform platform) {
        this.platform = platform;
    }

    /** @return whether microVMs can be started */
    public Availability probe() {
        return platform.probe();
    }

    /**
     * Starts a microVM.
     *
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public VmSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        refuseWhatIsMissing(plan);
        KrunRecord content = KrunRecord.of(plan);
        DriverRecord record = content.as(platform.name(), plan.id());
        intent.accept(record);
        KrunSession session = new KrunSession(record, content, platform);
        try {
            content.directory().logs(plan.log());
            answer(plan, platform.start(plan, content.directory()));
            return session.hold();
        } catch (IOException | RuntimeException e) {
            HyprException failure = e instanceof HyprException told ? told
                    : new HyprException(ErrorCode.INTERNAL, "The run directory " + content.run() + " cannot be prepared for the microVM.", e);
            try {
                session.close();
                discard(record);
            } catch (RuntimeException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
    }

    private void refuseWhatIsMissing(VmPlan plan) {
        Set<String> missing = new TreeSet<>(plan.facets());
        missing.removeAll(platform.facets());
        if (!missing.isEmpty()) {
            throw unsupported("has not " + String.join(", ", missing) + ", which this container needs.");
        }
        int devices = plan.disks().size() + plan.nics().size() + plan.shares().size();
        if (devices > Document.DEVICES) {
            throw unsupported("has room for " + Document.DEVICES + " disks, interfaces and shares, and this container needs " + devices + ".");
        }
        if (plan.processors() > 32) {
            throw unsupported("gives a microVM 32 processors at most, not " + plan.processors() + ".");
        }
        platform.check(plan);
    }

    private HyprException unsupported(String words) {
        return new HyprException(ErrorCode.UNSUPPORTED, "The backend " + platform.name() + " " + words).remedy("Ask for another backend with --vmm.");
    }

    /** Waits until the program says that the guest is about to run, or why it is not. Its end, or ours of patience, ends its answer. */
    private static void answer(VmPlan plan, Process process) throws IOException {
        CompletableFuture<Process> watch = process.onExit().copy().orTimeout(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<Process> ended = watch.whenComplete((exited, late) -> {
            if (late instanceof java.util.concurrent.TimeoutException) {
                process.destroyForcibly();
            }
        });
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean late = ended.isCompletedExceptionally();
        watch.cancel(false);
        if (answer.equals(READY)) {
            return;
        }
        if (late) {
            throw new HyprException(ErrorCode.TIMEOUT, "The microVM was not ready in " + LIMIT.toSeconds() + " s.").remedy("See " + plan.log() + ".");
        }
        String before = Starter.errors(process);
        if (!before.isEmpty()) {
            throw VmmRefusal.ofStarter(before, plan.log());
        }
        throw VmmRefusal.of("The microVM did not start: ", answer.isEmpty() ? "hypr-krun ended and said nothing" : answer, plan.log());
    }

    /**
     * Takes a microVM over.
     *
     * @param record of it
     * @return its session
     */
    public VmSession attach(DriverRecord record) {
        return new KrunSession(record, KrunRecord.of(record, platform.name()), platform).hold();
    }

    /**
     * Ends a microVM and removes what its launch made.
     *
     * @param record of it
     */
    public void discard(DriverRecord record) {
        KrunRecord content = KrunRecord.of(record, platform.name());
        platform.discard(content.directory(), content);
    }
}
