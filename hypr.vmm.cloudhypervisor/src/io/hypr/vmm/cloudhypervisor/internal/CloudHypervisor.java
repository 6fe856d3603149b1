package io.hypr.vmm.cloudhypervisor.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.hypr.ffm.process.Landlock;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.ControlGroups;
import io.hypr.vmm.host.Kvm;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Shape;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VfioDevices;
import io.hypr.vmm.host.VmmDirectory;
import io.hypr.vmm.host.VmmProcess;

/** What the backend does, step by step. Stateless but for what was measured of the host; safe for use by several threads. */
public final class CloudHypervisor {

    static final String SNAPSHOTS = "snapshots";
    private static final String RECLAIM = "reclaim";
    private static final Set<String> FACETS = Set.of(Plugs.FACET, "limitable", "pausable", RECLAIM, "resizable", SNAPSHOTS, "templates", "vfio", "virtiofs");
    /** From that version on a guest that goes on learns that its link was cut. */
    private static final int OLDEST_OF_TEMPLATES = 52;
    /** Version of landlock that Cloud Hypervisor needs: that of Linux 6.2. */
    private static final int LANDLOCK = 3;

    private final Settings configured;
    private final Binary binary;
    private final KvmProbe kvm;
    private final Starter starter;
    private final ControlGroups groups;

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
        this.groups = new ControlGroups(starter);
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

    /** What a plan leads to on this host. The plan's interfaces have taps, each. */
    private record Choice(VmPlan plan, NowhereTaps nowhere, Settings settings, Binary.Found found, Kvm kvm) {

        MachineConfig machine(GuestMemory memory) {
            return MachineConfig.of(plan, landlock(settings), memory);
        }

        CloudHypervisorRecord record(GuestMemory memory) {
            return new CloudHypervisorRecord(plan.runDirectory().toAbsolutePath().toString(), plan.jail().cgroup(), plan.log().toString(),
                plan.processors(), plan.maxProcessors(), plan.memory(), plan.maxMemory(), found.version(), nowhere.names(),
                MachineConfig.hasBalloon(plan, memory) ? null : false, plan.facets().contains(Plugs.FACET) ? true : null);
        }

        List<Integer> groups() {
            return kvm.group() < 0 ? List.of() : List.of(kvm.group());
        }
    }

    private Choice choose(VmPlan plan) {
        Settings settings = configured.with(plan.options());
        refuseWhatIsMissing(plan);
        NowhereTaps nowhere = NowhereTaps.of(plan);
        return new Choice(nowhere.in(plan), nowhere, settings, binary.find(settings.binary()), workingKvm());
    }

    /**
     * Starts a microVM.
     *
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public CloudHypervisorSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        Choice choice = choose(plan);
        boolean saveable = plan.facets().contains(SNAPSHOTS);
        if (saveable && !Shape.isPossible(plan)) {
            throw unsupported("A microVM with shares, devices passed through, or room to grow cannot be saved.");
        }
        GuestMemory memory = saveable ? GuestMemory.saveable(plan.runDirectory().resolve(Names.MEMORY)) : GuestMemory.OWN;
        MachineConfig machine = choice.machine(memory);
        return start(choice, memory, machine, intent, new Launch.Begin() {
            @Override
            public void prepare(VmmDirectory run) throws IOException {
                if (saveable) {
                    GuestMemory.make(run, plan.memory());
                }
            }

            @Override
            public void go(Api api) {
                api.put("vm.create", machine.body());
                api.put("vm.boot", null);
            }
        });
    }

    private CloudHypervisorSession start(Choice choice, GuestMemory memory, MachineConfig machine, Consumer<? super DriverRecord> intent, Launch.Begin begin) {
        CloudHypervisorRecord content = choice.record(memory);
        DriverRecord record = content.as(choice.plan().id());
        choice.nowhere().refuseMissingOthers(choice.plan());
        DiskFormat.refuseOthers(choice.found().version(), choice.plan().disks());
        intent.accept(record);
        try {
            choice.nowhere().make(choice.plan().jail().uid());
            Launch launch = new Launch(choice.plan(), content.directory(), starter, shares(content));
            return new CloudHypervisorSession(record, content, launch.go(choice.found().program(), choice.groups(), machine, begin), groups);
        } catch (RuntimeException e) {
            try {
                discard(record);
            } catch (RuntimeException left) {
                e.addSuppressed(left);
            }
            throw e;
        }
    }

    /**
     * @param plan any plan
     * @return its shape, as {@link io.hypr.vmm.Templates#shape} says
     */
    public String shape(VmPlan plan) {
        if (!Shape.isPossible(plan) || plan.facets().contains(Plugs.FACET)) {
            return "";
        }
        Choice choice = choose(plan);
        if (!choice.found().isAtLeast(OLDEST_OF_TEMPLATES)) {
            return "";
        }
        MachineConfig machine = MachineConfig.of(Shape.nobodys(plan), landlock(choice.settings()), GuestMemory.copyOf(Path.of("/")));
        List<String> words = new ArrayList<>(machine.openings());
        words.add(machine.body().toString());
        return Shape.of("Cloud Hypervisor " + choice.found().version(), plan, words, choice.found().program(), true);
    }

    /**
     * Starts a microVM from a template.
     *
     * @param directory of what was saved
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public CloudHypervisorSession launch(Path directory, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return start(directory, plan, intent, false);
    }

    /**
     * Starts a microVM from a template whose processors stand still.
     *
     * @param directory of what was saved
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public CloudHypervisorSession restore(Path directory, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return start(directory, plan, intent, true);
    }

    private CloudHypervisorSession start(Path directory, VmPlan plan, Consumer<? super DriverRecord> intent, boolean paused) {
        if (!Shape.isPossible(plan)) {
            throw unsupported("A microVM that starts from a template can have neither shares nor devices passed through, and cannot grow.");
        }
        if (plan.facets().contains(SNAPSHOTS) || plan.facets().contains(RECLAIM) || plan.facets().contains(Plugs.FACET)) {
            throw unsupported("A microVM of Cloud Hypervisor that starts from a template cannot be saved, gives no memory back, and keeps its devices.");
        }
        Choice choice = choose(plan);
        Template template = Template.in(directory);
        TemplateFiles.Description description = template.files().description();
        description.refuseLargerThan(plan.disks());
        GuestMemory memory = GuestMemory.copyOf(template.files().memory());
        MachineConfig machine = choice.machine(memory);
        try {
            return start(choice, memory, machine, intent, new Launch.Begin() {
                @Override
                public void prepare(VmmDirectory run) {
                    try {
                        template.layOut(run, choice.plan(), machine);
                    } catch (IOException e) {
                        throw template.files().corrupt(e);
                    }
                }

                @Override
                public void go(Api api) throws IOException {
                    Template.restore(api, plan, description, paused);
                }
            });
        } catch (HyprException e) {
            if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.TIMEOUT || e.code() == ErrorCode.UNAVAILABLE) {
                throw new HyprException(ErrorCode.CORRUPT, "Cloud Hypervisor did not go on from the template: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    private static boolean landlock(Settings settings) {
        boolean has = Landlock.version() >= LANDLOCK;
        if (settings.landlock().equals("on") && !has) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "Landlock was asked for, and this host's kernel has version " + Landlock.version() + " of it; Cloud Hypervisor needs "
                    + LANDLOCK + ", that of Linux 6.2.").remedy("Leave the choice to HYPR with landlock=auto.");
        }
        return has && !settings.landlock().equals("off");
    }

    private void refuseWhatIsMissing(VmPlan plan) {
        Set<String> missing = new TreeSet<>(plan.facets());
        missing.removeAll(FACETS);
        if (!missing.isEmpty()) {
            throw unsupported("The Cloud Hypervisor backend has not " + String.join(", ", missing) + ", which this container needs.");
        }
        VfioDevices.groups("Cloud Hypervisor", plan.devices());
        if (!plan.devices().isEmpty() && plan.facets().contains(RECLAIM)) {
            throw unsupported("A microVM that a device is passed through to cannot give memory back: the device may write there at any time.");
        }
        ShareServers.check(plan.shares());
        server(plan, starter);
    }

    /** Who serves the shares of a plan; null if it has none. */
    static Path server(VmPlan plan, Starter starter) {
        return plan.shares().isEmpty() ? null : ShareServers.program("Cloud Hypervisor", starter);
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
        Launch.removeKernel(content.directory()); // A daemon that was killed after the guest's boot has not come to it.
        return new CloudHypervisorSession(record, content, new Launch.Started(VmmProcess.of(content.directory().pidFile()).orElse(null), null), groups);
    }

    /**
     * Ends a microVM and removes what its launch made.
     *
     * @param record of it
     */
    public void discard(DriverRecord record) {
        CloudHypervisorRecord content = CloudHypervisorRecord.of(record);
        groups.end(content.directory().pidFile(), content.cgroup(), Path.of(content.log()));
        shares(content).stop();
        groups.remove(content.cgroup());
        content.nowhere().remove();
        Plugs.clear(content.directory());
        content.directory().clear();
    }

    private ShareServers shares(CloudHypervisorRecord content) {
        return new ShareServers(starter, content.directory().path(), content.cgroup());
    }
}
