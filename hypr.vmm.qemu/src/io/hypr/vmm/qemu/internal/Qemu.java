package io.hypr.vmm.qemu.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/** What the backend does, step by step. Stateless but for what was measured of the host; safe for use by several threads. */
public final class Qemu {

    private static final Set<String> FACETS = Set.of("pausable", "reclaim");

    private final Settings configured;
    private final Host host;
    private final KvmProbe kvm;
    private final Starter starter;
    private String missingLimits;

    /**
     * @param configured for all microVMs
     * @param host to start them on
     * @param kvm tells whether KVM works
     * @param starter of processes
     */
    public Qemu(Settings configured, Host host, KvmProbe kvm, Starter starter) {
        this.configured = configured;
        this.host = host;
        this.kvm = kvm;
        this.starter = starter;
    }

    /** @return whether microVMs can be started */
    public Availability probe() {
        try {
            host.traits(configured.binary());
            accelerator(configured);
            return Availability.available();
        } catch (HyprException e) {
            return Availability.unsupported(e.getMessage(), e.remedy().orElse(""));
        }
    }

    /** @return which limits this host cannot hold, a sentence; empty if it can hold all */
    public synchronized String missingLimits() {
        if (missingLimits == null) {
            missingLimits = starter.missingLimits();
        }
        return missingLimits;
    }

    private Accelerator accelerator(Settings settings) {
        if (settings.accelerator().equals(Accelerator.TCG)) {
            return Accelerator.emulation("Emulation was asked for.");
        }
        Accelerator found = kvm.find();
        if (settings.accelerator().equals(Accelerator.KVM) && !found.isKvm()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "KVM was asked for and cannot be had: " + found.reason()).remedy("Leave the choice to HYPR with accel=auto.");
        }
        return found;
    }

    /**
     * Starts a microVM.
     *
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public QemuSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        Settings settings = configured.with(plan.options());
        refuseWhatIsMissing(plan);
        Machine machine = Machine.of(plan, settings.machine());
        Host.Traits traits = host.traits(settings.binary());
        Accelerator accelerator = accelerator(settings);
        CommandLine command = CommandLine.of(plan, machine, accelerator, settings, traits);
        QemuRecord content = new QemuRecord(plan.runDirectory().toAbsolutePath().toString(), plan.jail().cgroup(), plan.log().toString(), plan.memory(), machine.toString(),
            accelerator.name(), accelerator.reason(), traits.version(), missingLimits());
        DriverRecord record = content.as(plan.id());

        intent.accept(record);
        try {
            List<Integer> groups = accelerator.group() < 0 ? List.of() : List.of(accelerator.group());
            return new QemuSession(record, content, new Launch(plan, content.directory(), starter).go(groups, command));
        } catch (RuntimeException e) {
            try {
                discard(record);
            } catch (RuntimeException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private static void refuseWhatIsMissing(VmPlan plan) {
        Set<String> missing = new TreeSet<>(plan.facets());
        missing.removeAll(FACETS);
        if (!missing.isEmpty()) {
            throw unsupported("The QEMU backend has not " + String.join(", ", missing) + ", which this container needs.");
        }
        if (!plan.devices().isEmpty()) {
            throw unsupported("The QEMU backend cannot pass devices through.");
        }
        if (!plan.shares().isEmpty()) {
            throw unsupported("The QEMU backend cannot share directories with a microVM.");
        }
    }

    private static HyprException unsupported(String sentence) {
        return new HyprException(ErrorCode.UNSUPPORTED, sentence);
    }

    /**
     * Takes a microVM over.
     *
     * @param record of it
     * @return its session
     */
    public QemuSession attach(DriverRecord record) {
        QemuRecord content = QemuRecord.of(record);
        return new QemuSession(record, content, QemuProcess.of(content.directory().pidFile()).orElse(null));
    }

    /**
     * Ends a microVM and removes what its launch made.
     *
     * @param record of it
     */
    public void discard(DriverRecord record) {
        QemuRecord content = QemuRecord.of(record);
        kill(QemuProcess.of(content.directory().pidFile()));
        // The pid file may be gone or not yet written: a daemon was killed as it launched, somebody emptied the run directory.
        starter.processes(content.cgroup()).stream().filter(pid -> !Starter.keepsLog(pid)).forEach(pid -> kill(QemuProcess.of(pid)));
        new VmmLog(Path.of(content.log())).settle();
        starter.processes(content.cgroup()).forEach(pid -> kill(QemuProcess.of(pid)));
        starter.removeCgroup(content.cgroup());
        content.directory().clear();
    }

    private static void kill(Optional<QemuProcess> process) {
        try (QemuProcess running = process.orElse(null)) {
            if (running != null) {
                running.kill();
            }
        }
    }
}
