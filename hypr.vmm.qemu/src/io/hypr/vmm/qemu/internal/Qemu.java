package io.hypr.vmm.qemu.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.hypr.ffm.call.ErrnoException;
import io.hypr.ffm.memory.MemoryFile;
import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.ControlGroups;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.Shape;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.TemplateFiles;
import io.hypr.vmm.host.VfioDevices;
import io.hypr.vmm.host.VmmProcess;

/** What the backend does, step by step. Stateless but for what was measured of the host; safe for use by several threads. */
public final class Qemu implements AutoCloseable {

    static final String SNAPSHOTS = "snapshots";
    private static final Set<String> FACETS = Set.of("limitable", "pausable", "reclaim", SNAPSHOTS, "templates", "vfio", "virtiofs");

    private final Settings configured;
    private final Host host;
    private final KvmProbe kvm;
    private final Starter starter;
    private String missingLimits;
    private final ControlGroups groups;
    private final LoadedTemplates templates = new LoadedTemplates();

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
        this.groups = new ControlGroups(starter);
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
        Accelerator found = Accelerator.of(kvm.find());
        if (settings.accelerator().equals(Accelerator.KVM) && !found.isKvm()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "KVM was asked for and cannot be had: " + found.reason())
                    .remedy("Leave the choice to HYPR with accel=auto.");
        }
        return found;
    }

    /** What a plan leads to on this host. */
    private record Choice(VmPlan plan, Settings settings, Machine machine, Host.Traits traits, Accelerator accelerator, VfioGroups devices, Path server) {

        CommandLine command(GuestMemory memory) {
            return CommandLine.of(plan, machine, accelerator, settings, traits, memory);
        }

        QemuRecord record(CommandLine command, String limits) {
            return new QemuRecord(plan.runDirectory().toAbsolutePath().toString(), plan.jail().cgroup(), plan.log().toString(),
                    plan.memory(), machine.toString(),
                accelerator.name(), accelerator.reason(), traits.version(), devices.files(), limits,
                server != null ? server.toString() : command.servesShares() ? Settings.NINE_P : "",
                plan.facets().contains(SNAPSHOTS) ? command.memoryDescriptor() : null);
        }

        List<Integer> groups() {
            return accelerator.group() < 0 ? List.of() : List.of(accelerator.group());
        }
    }

    private Choice choose(VmPlan plan) {
        Settings settings = configured.with(plan.options());
        refuseWhatIsMissing(plan);
        Host.Traits traits = host.traits(settings.binary());
        ShareServers.check(plan.shares());
        Path server = plan.shares().isEmpty() ? null : server(settings);
        if (server == null) {
            refuseDevices(plan);
            settings = settings.withShares(Settings.NINE_P);
        }
        return new Choice(plan, settings, Machine.of(plan, settings.machine()), traits, accelerator(settings),
            new VfioGroups(VfioDevices.groups("QEMU", plan.devices())), server);
    }

    /** The program that serves shares; null = QEMU itself does. */
    private Path server(Settings settings) {
        List<Path> programs = ShareServers.programs(starter);
        return switch (settings.shares()) {
            case Settings.NINE_P -> null;
            case Settings.AUTO -> programs.isEmpty() ? null : programs.getFirst();
            default -> programs.stream().filter(program -> program.endsWith(settings.shares())).findFirst()
                .orElseThrow(() -> unsupported("Directories were to be shared by " + settings.shares() + ", which is not here.")
                    .remedy("Leave the choice to HYPR with shares=auto."));
        };
    }

    /**
     * Starts a microVM.
     *
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public QemuSession launch(VmPlan plan, Consumer<? super DriverRecord> intent) {
        Choice choice = choose(plan);
        if (!plan.facets().contains(SNAPSHOTS)) {
            return start(choice, choice.command(GuestMemory.PRIVATE), intent);
        }
        try (MemoryFile memory = MemoryFile.create("hypr-memory", plan.memory())) {
            return start(choice, choice.command(GuestMemory.saveable(memory.path())), intent);
        } catch (ErrnoException e) {
            throw new HyprException(ErrorCode.EXHAUSTED, "There is no memory for the microVM " + plan.id() + ".", e);
        }
    }

    private QemuSession start(Choice choice, CommandLine command, Consumer<? super DriverRecord> intent) {
        QemuRecord content = choice.record(command, missingLimits());
        return start(choice, content, command, Qemu::run, intent, process -> new QemuSession(content.as(choice.plan().id()), content, process, groups));
    }

    private static void run(Qmp qmp) {
        if (!qmp.execute("query-status", Map.of()).path("running").asBoolean()) {
            qmp.execute("cont", Map.of());
        }
    }

    private QemuSession start(Choice choice, QemuRecord content, CommandLine command, Consumer<Qmp> begin, Consumer<? super DriverRecord> intent,
            Function<VmmProcess, QemuSession> session) {
        DriverRecord record = content.as(choice.plan().id());
        intent.accept(record);
        try {
            ShareServers shares = shares(content);
            return session.apply(new Launch(choice.plan(), content.directory(), starter, begin).go(choice.groups(), command, choice.devices(), shares,
                choice.server()));
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
        if (!Shape.isPossible(plan)) {
            return "";
        }
        Choice choice = choose(plan);
        Accelerator accelerator = choice.accelerator();
        List<String> words = CommandLine.of(
                Shape.nobodys(plan), choice.machine(), accelerator, choice.settings(), choice.traits(), GuestMemory.PRIVATE).words();
        String qemu = "QEMU %s %s %s".formatted(choice.traits().version(), choice.machine(), accelerator.name());
        return Shape.of(qemu, plan, words, choice.traits().binary(), accelerator.isKvm());
    }

    /**
     * Starts a microVM from a template.
     *
     * @param template directory of what was saved
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public QemuSession launch(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return start(template, plan, intent, false);
    }

    /**
     * Starts a microVM from a template whose processors stand still.
     *
     * @param template directory of what was saved
     * @param plan what to start
     * @param intent takes the record before anything is done
     * @return its session
     */
    public QemuSession restore(Path template, VmPlan plan, Consumer<? super DriverRecord> intent) {
        return start(template, plan, intent, true);
    }

    private QemuSession start(Path template, VmPlan plan, Consumer<? super DriverRecord> intent, boolean paused) {
        if (plan.facets().contains(SNAPSHOTS)) {
            throw unsupported("A microVM that starts from a template cannot be saved.");
        }
        if (!plan.shares().isEmpty() || !plan.devices().isEmpty()) {
            throw unsupported("A microVM that starts from a template can have neither shares nor devices passed through.");
        }
        Choice choice = choose(plan);
        TemplateFiles files = new TemplateFiles(template.toAbsolutePath(), QemuRecord.OWNER);
        TemplateFiles.Description description = files.description();
        description.refuseLargerThan(plan.disks());
        CommandLine command = choice.command(GuestMemory.copyOf(templates.memory(files), files.state()));
        QemuRecord content = choice.record(command, missingLimits());
        Restore restore = new Restore(plan, content.directory(), description, command.stateDescriptor(), paused);
        try {
            return start(choice, content, command, restore::go, intent, process -> new QemuSession(content.as(plan.id()), content, process, groups,
                restore.link()));
        } catch (HyprException e) {
            restore.hangUp();
            if (e.code() == ErrorCode.INTERNAL || e.code() == ErrorCode.TIMEOUT || e.code() == ErrorCode.UNAVAILABLE) {
                throw new HyprException(ErrorCode.CORRUPT, "QEMU did not go on from the template: " + e.getMessage(), e);
            }
            throw e;
        }
    }

    /**
     * Lets go of memory of templates.
     *
     * @param kept the templates that there still are
     */
    public void keep(Set<Path> kept) {
        templates.keep(kept.stream().map(Path::toAbsolutePath).collect(Collectors.toSet()));
    }

    /** Lets go of the memory of all templates. Every microVM runs on. */
    @Override
    public void close() {
        templates.close();
    }

    private static void refuseWhatIsMissing(VmPlan plan) {
        Set<String> missing = new TreeSet<>(plan.facets());
        missing.removeAll(FACETS);
        if (!missing.isEmpty()) {
            throw unsupported("The QEMU backend has not " + String.join(", ", missing) + ", which this container needs.");
        }
        if (!plan.devices().isEmpty() && plan.facets().contains("reclaim")) {
            throw unsupported("A microVM that a device is passed through to cannot give memory back: the device may write there at any time.");
        }
    }

    /** What is passed through is reached by files of the host that a QEMU with a root directory of its own has not. */
    private static void refuseDevices(VmPlan plan) {
        if (!plan.shares().isEmpty() && !plan.devices().isEmpty()) {
            throw unsupported("A QEMU that serves directories of the host itself cannot pass devices through.")
                    .remedy("Build hypr-virtiofsd with ./dev build virtiofsd, which takes Rust, or install virtiofsd, on Debian 12 with: "
                        + "apt-get install qemu-system-common");
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
        return new QemuSession(record, content, VmmProcess.of(content.directory().pidFile()).orElse(null), groups);
    }

    /**
     * Ends a microVM and removes what its launch made.
     *
     * @param record of it
     */
    public void discard(DriverRecord record) {
        QemuRecord content = QemuRecord.of(record);
        groups.end(content.directory().pidFile(), content.cgroup(), Path.of(content.log()));
        shares(content).stop();
        groups.remove(content.cgroup());
        new VfioGroups(content.devices()).takeBack();
        content.directory().clear();
    }

    private ShareServers shares(QemuRecord content) {
        return new ShareServers(starter, content.directory().path(), content.cgroup());
    }
}
