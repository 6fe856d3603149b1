package io.hypr.shell.internal;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerState;

/** A container as {@code docker inspect} shows it, and what only HYPR knows under {@code Hypr}. */
public final class ContainerView {

    private static final String NEVER = "0001-01-01T00:00:00Z";
    /** The disk of a microVM has none. */
    private static final List<String> BLOCK_LIMITS = List.of("BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps",
            "BlkioDeviceWriteIOps");
    /** These files are made inside of the microVM. */
    private static final List<String> NO_FILES = List.of("ResolvConfPath", "HostnamePath", "HostsPath");
    private static final List<String> NO_LABELS = List.of("MountLabel", "ProcessLabel", "AppArmorProfile");

    private ContainerView() {
    }

    /**
     * @param c a container
     * @return its view: maps, lists and values
     */
    public static Map<String, Object> of(ContainerInfo c) {
        return of(c, null);
    }

    /**
     * @param c a container
     * @param size what it takes up; null = is not shown
     * @return its view: maps, lists and values
     */
    public static Map<String, Object> of(ContainerInfo c, ContainerSize size) {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Id", c.id);
        v.put("Created", Moments.nanos(c.created));
        v.put("Path", c.argv.isEmpty() ? "" : c.argv.getFirst());
        v.put("Args", c.argv.isEmpty() ? List.of() : c.argv.subList(1, c.argv.size()));
        v.put("State", state(c));
        v.put("Image", c.imageId);
        NO_FILES.forEach(k -> v.put(k, ""));
        v.put("LogPath", c.logPath);
        v.put("Name", "/" + c.name);
        v.put("RestartCount", c.restarts);
        v.put("Driver", "squashfs");
        v.put("Platform", "linux");
        NO_LABELS.forEach(k -> v.put(k, ""));
        v.put("HostConfig", hostConfig(c));
        Map<String, Object> driver = new LinkedHashMap<>();
        driver.put("Data", null);
        driver.put("Name", "squashfs");
        v.put("GraphDriver", driver);
        if (size != null) {
            v.put("SizeRw", size.own());
            v.put("SizeRootFs", size.whole());
        }
        v.put("Mounts", MountOptions.view(c));
        v.put("Config", config(c));
        v.put("NetworkSettings", EndpointView.of(c));
        v.put("Hypr", hypr(c));
        return v;
    }

    private static Map<String, Object> state(ContainerInfo c) {
        Map<String, Object> s = new LinkedHashMap<>();
        s.put("Status", c.state.word());
        s.put("Running", c.state == ContainerState.RUNNING || c.state == ContainerState.PAUSED || c.state == ContainerState.RESTARTING);
        s.put("Paused", c.state == ContainerState.PAUSED);
        s.put("Restarting", c.state == ContainerState.RESTARTING);
        s.put("OOMKilled", c.oomKilled);
        s.put("Dead", c.state == ContainerState.DEAD);
        s.put("Pid", c.vmmPid);
        s.put("ExitCode", c.exitCode);
        s.put("Error", c.error);
        s.put("StartedAt", moment(c.started));
        s.put("FinishedAt", moment(c.finished));
        if (c.health != null) {
            s.put("Health", HealthView.of(c.health));
        }
        return s;
    }

    private static String moment(Instant t) {
        return t == null ? NEVER : Moments.nanos(t);
    }

    private static Map<String, Object> hostConfig(ContainerInfo c) {
        ContainerSpec s = c.spec;
        Map<String, Object> h = new LinkedHashMap<>();
        h.put("LogConfig", new LinkedHashMap<>(Map.of("Type", s.logDriver == null ? "json-file" : s.logDriver, "Config", sorted(s.logOptions))));
        h.put("Binds", binds(s));
        h.put("NetworkMode", s.network == null ? "default" : s.network);
        Map<String, List<Object>> bindings = new TreeMap<>();
        for (ContainerSpec.PortMapping p : s.ports) {
            bindings.computeIfAbsent(p.containerPort + "/" + p.protocol, k -> new ArrayList<>())
                .add(EndpointView.binding(p.hostAddress, p.hostPort == 0 ? "" : String.valueOf(p.hostPort)));
        }
        h.put("PortBindings", bindings);
        if (!s.annotations.isEmpty()) {
            h.put("Annotations", sorted(s.annotations));
        }
        Map<String, Object> restart = new LinkedHashMap<>();
        restart.put("Name", s.restartPolicy == null ? "no" : s.restartPolicy);
        restart.put("MaximumRetryCount", s.restartRetries);
        h.put("RestartPolicy", restart);
        h.put("AutoRemove", s.autoRemove);
        h.put("CapAdd", orNull(s.capAdd));
        h.put("CapDrop", orNull(s.capDrop));
        h.put("DeviceRequests", DeviceOptions.requests(s));
        h.put("Devices", List.of());
        h.put("DeviceCgroupRules", null);
        h.put("Dns", s.dns);
        h.put("DnsOptions", s.dnsOptions);
        h.put("DnsSearch", s.dnsSearch);
        h.put("ExtraHosts", orNull(s.extraHosts));
        h.put("GroupAdd", orNull(s.groups));
        h.put("CgroupnsMode", "private");
        h.put("Isolation", s.isolation == null ? "" : s.isolation);
        h.put("IpcMode", s.ipcMode == null ? "private" : s.ipcMode);
        h.put("Cgroup", "");
        h.put("CgroupParent", "");
        h.put("Links", null);
        h.put("OomScoreAdj", s.oomScoreAdj);
        h.put("PidMode", "");
        h.put("Privileged", s.privileged);
        if (s.init) {
            h.put("Init", true);
        }
        h.put("PublishAllPorts", s.publishAll);
        h.put("ReadonlyRootfs", s.readOnly);
        h.put("SecurityOpt", s.noNewPrivileges ? List.of("no-new-privileges") : null);
        Map<String, String> tmpfs = sorted(s.tmpfs);
        tmpfs.keySet().removeIf(target -> MountOptions.isDescribed(s, target));
        h.put("Tmpfs", tmpfs);
        h.put("VolumeDriver", s.volumeDriver == null ? "" : s.volumeDriver);
        h.put("VolumesFrom", orNull(s.volumesFrom));
        h.put("ShmSize", s.shmSize == 0 ? 64L << 20 : s.shmSize);
        h.put("Sysctls", sorted(s.sysctls));
        h.put("Memory", s.memory);
        h.put("MemoryReservation", s.memoryReservation);
        h.put("MemorySwap", s.memorySwap == 0 ? 2 * s.memory : s.memorySwap);
        h.put("MemorySwappiness", s.memorySwappiness);
        h.put("KernelMemory", 0);
        h.put("OomKillDisable", false);
        h.put("BlkioWeight", 0);
        BLOCK_LIMITS.forEach(k -> h.put(k, List.of()));
        h.put("CpuShares", s.cpuShares);
        h.put("CpuPeriod", s.cpuPeriod);
        h.put("CpuQuota", s.cpuQuota);
        h.put("CpuRealtimePeriod", 0);
        h.put("CpuRealtimeRuntime", 0);
        h.put("CpusetCpus", s.cpuSet);
        h.put("CpusetMems", "");
        h.put("NanoCpus", Math.round(s.cpus * 1e9));
        h.put("PidsLimit", s.pidsLimit == 0 ? null : s.pidsLimit);
        if (!s.described.isEmpty()) {
            h.put("Mounts", MountOptions.described(s));
        }
        h.put("Runtime", c.backend == null ? "" : c.backend);
        h.put("UTSMode", "");
        h.put("UsernsMode", "");
        h.put("Ulimits", s.ulimits.stream().sorted().map(ContainerView::limit).toList());
        return h;
    }

    /** Docker shows maps in the order of their keys. */
    private static Map<String, String> sorted(Map<String, String> map) {
        return new TreeMap<>(map);
    }

    private static List<String> orNull(List<String> list) {
        return list.isEmpty() ? null : list;
    }

    private static List<String> binds(ContainerSpec s) {
        return orNull(s.mounts.stream().filter(m -> m.source != null && !MountOptions.isDescribed(s, m.target))
            .map(m -> m.source + ":" + m.target + (m.readOnly ? ":ro" : "")).toList());
    }

    /** @param text {@code name=soft[:hard]} */
    private static Map<String, Object> limit(String text) {
        String[] parts = text.split("[=:]");
        Map<String, Object> l = new LinkedHashMap<>();
        l.put("Name", parts[0]);
        l.put("Hard", Long.parseLong(parts[parts.length - 1]));
        l.put("Soft", Long.parseLong(parts[1]));
        return l;
    }

    private static Map<String, Object> volumes(ContainerSpec s) {
        Map<String, Object> all = new TreeMap<>();
        s.mounts.stream().filter(m -> m.type.equals("volume") && m.source == null).forEach(m -> all.put(m.target, Map.of()));
        return all.isEmpty() ? null : all;
    }

    private static Map<String, Object> config(ContainerInfo c) {
        ContainerSpec s = c.spec;
        Map<String, Object> g = new LinkedHashMap<>();
        g.put("Hostname", s.hostname == null ? Names.brief(c.id) : s.hostname);
        g.put("Domainname", s.domainname == null ? "" : s.domainname);
        g.put("User", s.user == null ? "" : s.user);
        Map<String, Object> exposed = new TreeMap<>();
        c.exposed.forEach(p -> exposed.put(p, Map.of()));
        g.put("ExposedPorts", exposed);
        g.put("AttachStdin", s.attachStdin);
        g.put("AttachStdout", s.attachStdout);
        g.put("AttachStderr", s.attachStderr);
        g.put("Tty", s.tty);
        g.put("OpenStdin", s.openStdin);
        g.put("StdinOnce", s.stdinOnce);
        g.put("Env", s.env);
        g.put("Cmd", s.cmd);
        g.put("Image", c.image);
        g.put("WorkingDir", c.workingDir.equals("/") ? "" : c.workingDir);
        g.put("Entrypoint", s.entrypoint);
        g.put("Volumes", volumes(s));
        g.put("OnBuild", null);
        g.put("Labels", sorted(s.labels));
        if (s.stopSignal != null) {
            g.put("StopSignal", s.stopSignal);
        }
        if (s.stopTimeout != null) {
            g.put("StopTimeout", s.stopTimeout);
        }
        if (s.health != null) {
            g.put("Healthcheck", HealthView.check(s.health));
        }
        return g;
    }

    private static Map<String, Object> hypr(ContainerInfo c) {
        Map<String, Object> h = new LinkedHashMap<>();
        h.put("Backend", c.backend);
        h.put("BackendReasons", c.backendReasons);
        h.put("BootNanos", c.bootNanos);
        h.put("Steps", c.steps.stream().map(ContainerView::step).toList());
        h.put("Template", c.template);
        h.put("TemplateReason", c.templateReason);
        h.put("Memory", c.memory);
        h.put("Processors", c.processors);
        h.put("VmmOptions", c.spec.vmmOptions);
        h.put("Kernel", c.spec.kernel);
        h.put("KernelArguments", c.spec.kernelArguments);
        List<Object> devices = new ArrayList<>();
        c.devices.forEach(d -> devices.add(new LinkedHashMap<>(Map.of("Driver", d.deviceDriver, "Wanted", d.addresses, "Lent", d.lent))));
        h.put("Devices", devices);
        return h;
    }

    private static Map<String, Object> step(ContainerInfo.Step step) {
        Map<String, Object> s = new LinkedHashMap<>();
        s.put("Name", step.name());
        s.put("BegunMicros", step.begun());
        s.put("TookMicros", step.took());
        return s;
    }
}
