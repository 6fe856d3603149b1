package io.hypr.vmm.cloudhypervisor.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.hypr.ffm.process.Landlock;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.Kvm;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.VmmProcess;

/** What the backend does, step by step. Stateless but for what was measured of the host; safe for use by several threads. */
public final class CloudHypervisor {

    private static final Set<String> FACETS = Set.of("pausable", "reclaim", "resizable", "vfio");
    /** Version of landlock that Cloud Hypervisor needs: that of Linux 6.2. */
    private static final int LANDLOCK = 3;

    private final Settings configured;
    private final Binary binary;
    private final KvmProbe kvm;
    private final Starter starter;

    /**
     * @param configured for all microVMs
     * @param binary finds Cloud Hypervisor
     * @param kvm tells whether KVM works
     * @param starter of processes
     */
    public CloudHypervisor(Settings configured, Binary binary, KvmProbe kvm, Starter starter) {
        this.configured = configured;
        this.binary = binary;
        this.kvm = kvm;
        this.starter = starter;
    }

    /** @return whether microVMs can be started */
    public Availability probe() {
        try {
            binary.find(configured.binary());
            workingKvm();
            return Availability.available();
        } catch (HyprException e) {
            return Availability.unsupported(e.getMessage(), e.remedy().orElse(""));
        }
    }

    private Kvm workingKvm() {
        Kvm found = kvm.find();
        if (!found.works()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "Cloud Hypervisor needs KVM: " + found.reason()).remedy(found.remedy());
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
    public CloudHypervisorSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        Settings settings = configured.with(plan.options());
        refuseWhatIsMissing(plan);
        Binary.Found found = binary.find(settings.binary());
        Kvm usable = workingKvm();
        MachineConfig config = MachineConfig.of(plan, landlock(settings));
        CloudHypervisorRecord content = new CloudHypervisorRecord(plan.runDirectory().toAbsolutePath().toString(), plan.jail().cgroup(), plan.log().toString(),
            plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), found.version());
        DriverRecord record = content.as(plan.id());

        intent.accept(record);
        try {
            List<Integer> groups = usable.group() < 0 ? List.of() : List.of(usable.group());
            return new CloudHypervisorSession(record, content, new Launch(plan, content.directory(), starter).go(found.program(), groups, config));
        } catch (RuntimeException e) {
            try {
                discard(record);
            } catch (RuntimeException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    private static boolean landlock(Settings settings) {
        boolean has = Landlock.version() >= LANDLOCK;
        if (settings.landlock().equals("on") && !has) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "Landlock was asked for, and this host's kernel has version " + Landlock.version() + " of it; Cloud Hypervisor needs "
                    + LANDLOCK + ", that of Linux 6.2.").remedy("Leave the choice to HYPR with landlock=auto.");
        }
        return has && !settings.landlock().equals("off");
    }

    private static void refuseWhatIsMissing(VmPlan plan) {
        Set<String> missing = new TreeSet<>(plan.facets());
        missing.removeAll(FACETS);
        if (!missing.isEmpty()) {
            throw unsupported("The Cloud Hypervisor backend has not " + String.join(", ", missing) + ", which this container needs.");
        }
        VfioDevices.check(plan.devices());
        plan.nics().stream().filter(nic -> nic.tap().isEmpty()).findFirst().ifPresent(nic -> {
            throw unsupported("The Cloud Hypervisor backend has no interface that leads nowhere, as " + nic.mac() + " would.");
        });
        if (!plan.shares().isEmpty()) {
            throw unsupported("The Cloud Hypervisor backend cannot share directories with a microVM.");
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
    public CloudHypervisorSession attach(DriverRecord record) {
        CloudHypervisorRecord content = CloudHypervisorRecord.of(record);
        content.directory().removeKernel(); // A daemon that was killed after the guest's boot has not come to it.
        return new CloudHypervisorSession(record, content, new Launch.Started(VmmProcess.of(content.directory().pidFile()).orElse(null), null));
    }

    /**
     * Ends a microVM and removes what its launch made.
     *
     * @param record of it
     */
    public void discard(DriverRecord record) {
        CloudHypervisorRecord content = CloudHypervisorRecord.of(record);
        kill(VmmProcess.of(content.directory().pidFile()));
        // The pid file may be gone or not yet written: a daemon was killed as it launched, somebody emptied the run directory.
        starter.processes(content.cgroup()).forEach(pid -> kill(VmmProcess.of(pid)));
        starter.removeCgroup(content.cgroup());
        content.directory().clear();
    }

    private static void kill(Optional<VmmProcess> process) {
        try (VmmProcess running = process.orElse(null)) {
            if (running != null) {
                running.kill();
            }
        }
    }
}
