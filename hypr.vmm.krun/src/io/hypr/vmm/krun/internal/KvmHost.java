package io.hypr.vmm.krun.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.krun.DeviceAccess;
import io.hypr.krun.HostProcess;
import io.hypr.krun.KrunRecord;
import io.hypr.krun.Platform;
import io.hypr.krun.RunDirectory;
import io.hypr.model.Availability;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.Limitable;
import io.hypr.vmm.VmPlan;
import io.hypr.vmm.host.ControlGroups;
import io.hypr.vmm.host.Kvm;
import io.hypr.vmm.host.KvmProbe;
import io.hypr.vmm.host.ShareServers;
import io.hypr.vmm.host.Starter;
import io.hypr.vmm.host.VmmProcess;

/**
 * Linux with KVM: {@code hypr-start} becomes {@code hypr-krun}, with a user and a control group of its own, and opens for it what its user may not.
 *
 * @param name of the backend
 * @param program hypr-krun
 * @param kvm tells whether KVM works
 * @param starter of processes
 * @param groups that it makes
 */
public record KvmHost(String name, Path program, KvmProbe kvm, Starter starter, ControlGroups groups) implements Platform {

    static final Path TUN = Path.of("/dev/net/tun");

    /**
     * @param name of the backend
     * @param program hypr-krun
     * @param kvm tells whether KVM works
     * @param starter of processes
     */
    public KvmHost(String name, Path program, KvmProbe kvm, Starter starter) {
        this(name, program, kvm, starter, new ControlGroups(starter));
    }

    @Override
    public Set<String> facets() {
        return Set.of("limitable", "pausable", "virtiofs");
    }

    @Override
    public Availability probe() {
        if (!Files.isExecutable(program)) {
            return Availability.unsupported("The program " + program + " is missing.",
                    "Build HYPR again with ./dev build, which needs Rust 1.87 or newer for it, or install its package again.");
        }
        Kvm found = kvm.find();
        return found.works() ? Availability.available() : Availability.unsupported(found.reason(), found.remedy());
    }

    @Override
    public void check(VmPlan plan) {
        if (!plan.options().isEmpty()) {
            throw new HyprException(ErrorCode.INVALID,
                    "The backend " + name + " has no option " + String.join(", ", new TreeSet<>(plan.options().keySet())) + ".")
                    .remedy("It has none.");
        }
        if (plan.nics().stream().anyMatch(nic -> nic.tap().isEmpty())) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The backend " + name + " has no interfaces that lead nowhere.")
                    .remedy("Ask for another backend with --vmm.");
        }
        if (!plan.devices().isEmpty()) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The backend " + name + " cannot pass devices through.")
                    .remedy("Ask for another backend with --vmm.");
        }
        ShareServers.check(plan.shares());
    }

    @Override
    public Process start(VmPlan plan, RunDirectory run) throws IOException {
        Set<Integer> groups = new TreeSet<>();
        if (plan.shares().isEmpty()) {
            add(groups, kvm.find().group());
            if (!plan.nics().isEmpty()) {
                add(groups, tunGroup());
            }
            run.makeOwn(plan.jail().uid(), plan.jail().gid());
        } else {
            run.makeOwn(0, 0);
            Files.createDirectory(run.root());
        }
        Words words = Words.of(plan, program, groups);
        Process process = starter.converse(words.words());
        try (OutputStream input = process.getOutputStream()) {
            input.write(words.document().json().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody reads it: hypr-start or the program has ended, and says why in its answer.
            process.onExit().join();
        }
        return process;
    }

    private static void add(Set<Integer> groups, int group) {
        if (group >= 0) {
            groups.add(group);
        }
    }

    /** The tap belongs to the jail's user; the device by which taps are reached must be open to it as well. */
    private int tunGroup() throws IOException {
        DeviceAccess access = DeviceAccess.of(TUN);
        if (!access.granted()) {
            throw new HyprException(ErrorCode.DENIED, "Only root may open " + TUN + ", and the microVM's process does not run as root.")
                    .remedy("chmod 0666 " + TUN + ", as udev does: it is each tap's own owner that guards it.");
        }
        return access.group();
    }

    @Override
    public Optional<? extends HostProcess> find(RunDirectory run) {
        return VmmProcess.of(run.pidFile()).map(KvmProcess::new);
    }

    @Override
    public Optional<Limitable> limits(KrunRecord record) {
        return Optional.of(limits -> groups.limit(record.cgroup(), limits));
    }

    @Override
    public void discard(RunDirectory run, KrunRecord record) {
        groups.end(run.pidFile(), record.cgroup(), Path.of(record.log()));
        groups.remove(record.cgroup());
        run.clear();
    }
}
