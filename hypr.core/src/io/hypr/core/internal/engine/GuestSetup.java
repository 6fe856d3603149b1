package io.hypr.core.internal.engine;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.hypr.core.internal.Settings;
import io.hypr.core.internal.link.Answers.Result;
import io.hypr.core.internal.link.RunProcess;
import io.hypr.core.internal.link.Setup;
import io.hypr.core.internal.net.HostFiles;
import io.hypr.core.internal.net.Ipv4;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerInfo.Endpoint;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.ShareFileSystem;

/** What the agent in a container's microVM is told: how to set the guest up, and what to run there. */
final class GuestSetup {

    private static final Path HOST_RESOLV = Path.of("/etc/resolv.conf");

    private final Settings settings;
    private final ContainerInfo info;
    private final ContainerSpec spec;

    GuestSetup(Settings settings, ContainerInfo info) {
        this.settings = settings;
        this.info = info;
        this.spec = info.spec;
    }

    /**
     * @param mtu of its interface, bytes; anything if it has none
     * @param shares how it mounts what the host shares
     * @return the set-up
     */
    Setup setup(int mtu, ShareFileSystem shares) {
        byte[] entropy = new byte[64];
        new SecureRandom().nextBytes(entropy);
        List<Setup.Interface> interfaces = new ArrayList<>();
        for (Endpoint e : info.networks.values()) {
            interfaces.add(new Setup.Interface(Ipv4.macOctets(e.mac), "eth" + interfaces.size(), mtu,
                List.of(new Setup.Address(Ipv4.octets(e.ip), e.prefix)), Ipv4.octets(e.gateway), List.of(), new byte[16]));
        }
        return new Setup(entropy, Setup.ROOT, "squashfs", Setup.UPPER, "ext4", "",
                spec.readOnly, spec.privileged,
            spec.hostname, spec.domainname == null ? "" : spec.domainname, HostFiles.hosts(spec.hostname, info),
            HostFiles.resolvConf(info, HOST_RESOLV, settings.nameServers()), interfaces,
            Mounts.guest(info, shares), spec.sysctls, limits());
    }

    /** @return ns since 1970 */
    static long clock() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000 + now.getNano();
    }

    /** A new guest has no limits yet. */
    private Map<String, String> limits() {
        Map<String, String> limits = new TreeMap<>(Size.guestLimits(info));
        limits.values().removeIf(v -> v.startsWith("max"));
        return limits;
    }

    /** @throws HyprException if the answer to the set-up says that it failed */
    void judge(Result answer) {
        if (answer.errno() != 0) {
            if (spec.sysctls.containsKey(answer.text())) {
                throw NewContainer.invalid("failed to create task for container: unable to start container process: error during container "
                        + "init: open /proc/sys/"
                    + answer.text().replace('.', '/') + ": " + Errno.text(answer.errno()) + ": unknown");
            }
            Mounts.judge(info, answer);
            throw new HyprException(ErrorCode.INTERNAL, "failed to create task for container: the microVM could not be set up: stage "
                + answer.stage() + ", " + answer.text() + ": " + Errno.text(answer.errno()));
        }
    }

    /**
     * @param backend name of the one that runs the microVM
     * @return the container's first process
     */
    RunProcess workload(String backend) {
        List<String> argv = new ArrayList<>(spec.init ? List.of(Mounts.INIT, "--") : List.of());
        argv.addAll(info.argv);
        return new RunProcess(spec.tty, spec.noNewPrivileges, argv, env(backend), info.workingDir, spec.user == null ? "" : spec.user, spec.groups,
            Limits.of(spec.ulimits), spec.privileged ? Capabilities.ALL : Capabilities.of(spec.capAdd, spec.capDrop), 0, 0,
            spec.openStdin ? Run.STDIN : 0, Run.STDOUT, spec.tty ? 0 : Run.STDOUT + 1, Run.WINDOW, 0xFFFF, spec.oomScoreAdj,
            spec.privileged ? new RunProcess.First(List.of(), List.of(), spec.init) : SystemPaths.guarded(spec.init));
    }

    private List<String> env(String backend) {
        List<String> env = new ArrayList<>(info.env);
        if ("true".equals(spec.labels.get("io.hypr.facts"))) {
            env.add("HYPR_BACKEND=" + backend);
        }
        return env;
    }
}
