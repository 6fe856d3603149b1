package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import io.hypr.core.internal.Ids;
import io.hypr.core.internal.Settings;
import io.hypr.core.internal.backend.Wish;
import io.hypr.core.internal.link.Frame;
import io.hypr.core.internal.logs.LogLimits;
import io.hypr.core.internal.net.Ipv4;
import io.hypr.core.internal.net.NetworkBook;
import io.hypr.core.internal.records.ContainerRecord;
import io.hypr.engine.ContainerInfo;
import io.hypr.engine.ContainerSpec;
import io.hypr.engine.ContainerSpec.PortMapping;
import io.hypr.engine.ContainerState;
import io.hypr.image.Image;
import io.hypr.image.ImageConfig;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** Turns a request and an image into a container's record: checks all of the request, and fills in what it leaves open. Changes nothing. */
final class NewContainer {

    private static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final ContainerSpec spec;
    private final Image image;
    private final Settings settings;
    private final ContainerInfo info = new ContainerInfo();

    NewContainer(ContainerSpec spec, Image image, Settings settings) {
        this.spec = spec;
        this.image = image;
        this.settings = settings;
    }

    /** @return what is known of it before it has an id: the request and the size of its microVM */
    ContainerInfo machine() {
        info.spec = spec;
        Size.apply(spec, info, settings);
        Size.reservation(spec.memoryReservation, spec.memory);
        network();
        return info;
    }

    /** After {@link #machine}. */
    ContainerRecord record(String id) {
        ImageConfig config = image.config();
        ContainerRecord record = new ContainerRecord();
        record.info = info;
        info.id = id;
        info.name = spec.name;
        info.image = spec.image;
        info.imageId = image.id();
        info.created = Instant.now();
        info.state = ContainerState.CREATED;
        info.argv = argv(config);
        info.workingDir = or(spec.workingDir, or(config.workingDir(), "/"));
        if (!info.workingDir.startsWith("/")) {
            throw invalid("the working directory '" + info.workingDir + "' is invalid, it needs to be an absolute path");
        }
        spec.hostname = or(spec.hostname, id.substring(0, 12));
        if (!spec.hostname.matches("[0-9a-zA-Z_.-]{1,63}")) {
            throw invalid("invalid hostname: " + spec.hostname);
        }
        spec.user = or(spec.user, config.user());
        info.env = env(config);
        Map<String, String> labels = new LinkedHashMap<>(config.labels());
        labels.putAll(spec.labels);
        spec.labels = labels;
        spec.stopSignal = or(spec.stopSignal, config.stopSignal());
        record.stopSignal = Signals.parse(or(spec.stopSignal, "SIGTERM"));
        Health.apply(spec, config);
        ports(info, config);
        Restarts.check(spec);
        if (spec.template != null && !List.of("auto", "on", "off").contains(spec.template)) {
            throw new HyprException(ErrorCode.INVALID, "invalid template mode: '" + spec.template + "'").remedy("It is auto, on or off.");
        }
        LogLimits.of(spec.logDriver, spec.logOptions);
        spec.capAdd = Capabilities.checked(spec.capAdd, "CapAdd");
        spec.capDrop = Capabilities.checked(spec.capDrop, "CapDrop");
        spec.ulimits.forEach(Limits::parse);
        spec.sysctls.keySet().stream().filter(k -> !k.matches("[a-z0-9_.*/-]+")).findFirst().ifPresent(k -> {
            throw invalid("invalid sysctl name: '" + k + "'");
        });
        Mounts.check(spec);
        Mounts.checkTmpfs(spec);
        if (spec.oomScoreAdj < -1000 || spec.oomScoreAdj > 1000) {
            throw invalid("Invalid value " + spec.oomScoreAdj + ", range for oom score adj is [-1000, 1000]");
        }
        Wish.of(spec.vmm);
        if (spec.kernel != null) {
            Kernels.checked(spec.kernel);
            if ("on".equals(spec.template)) {
                throw invalid("conflicting options: memory templates are of HYPR's kernel, and the container has one of its own")
                        .remedy("Leave --template or --kernel out.");
            }
        }
        devices();
        length(info);
        return record;
    }

    static HyprException invalid(String sentence) {
        return new HyprException(ErrorCode.INVALID, sentence);
    }

    static String or(String value, String other) {
        return value == null || value.isEmpty() ? other : value;
    }

    private List<String> argv(ImageConfig config) {
        List<String> entrypoint = spec.entrypoint == null ? config.entrypoint() : spec.entrypoint;
        List<String> cmd = spec.cmd.isEmpty() && spec.entrypoint == null ? config.cmd() : spec.cmd;
        List<String> argv = new ArrayList<>(entrypoint);
        argv.addAll(cmd);
        if (argv.isEmpty()) {
            throw invalid("No command specified").remedy("Name a command after the image, as in 'hypr run " + spec.image + " sh'.");
        }
        return argv;
    }

    /** What was asked for, what the image has besides, and before both what every container has. */
    private List<String> env(ImageConfig config) {
        Map<String, String> asked = new LinkedHashMap<>();
        spec.env.forEach(e -> put(asked, e));
        Map<String, String> images = new LinkedHashMap<>();
        config.env().forEach(e -> put(images, e));
        spec.env.forEach(e -> images.remove(e.split("=", 2)[0])); // Docker: a name alone takes a variable of the image away.
        asked.putAll(images);
        spec.env = new ArrayList<>(asked.values());
        Map<String, String> env = new LinkedHashMap<>();
        put(env, PATH);
        put(env, "HOSTNAME=" + spec.hostname);
        if (spec.tty) {
            put(env, "TERM=xterm");
        }
        env.putAll(asked);
        return new ArrayList<>(env.values());
    }

    private static void put(Map<String, String> env, String entry) {
        int equals = entry.indexOf('=');
        if (equals == 0 || entry.isEmpty()) {
            throw invalid("invalid environment variable: " + entry);
        }
        if (equals < 0) {
            env.remove(entry);
        } else {
            env.put(entry.substring(0, equals), entry);
        }
    }

    private void ports(ContainerInfo info, ImageConfig config) {
        TreeSet<String> exposed = new TreeSet<>(config.exposedPorts());
        exposed.addAll(spec.exposed);
        for (PortMapping p : spec.ports) {
            if (!p.protocol.equals("tcp") && !p.protocol.equals("udp")) {
                throw invalid("Invalid proto: " + p.protocol + ": hypr publishes tcp and udp");
            }
            if (p.containerPort < 1 || p.containerPort > 65_535 || p.hostPort < 0 || p.hostPort > 65_535 || p.hostPortEnd > 65_535
                || p.hostPortEnd != 0 && p.hostPortEnd < p.hostPort) {
                throw invalid("Invalid port: " + p.hostPort + (p.hostPortEnd == 0 ? "" : "-" + p.hostPortEnd) + ":" + p.containerPort + " (1 to 65535)");
            }
            if (!p.hostAddress.isEmpty() && p.hostAddress.indexOf(':') < 0) {
                Ipv4.parse(p.hostAddress);
            }
            exposed.add(p.containerPort + "/" + p.protocol);
        }
        for (String port : exposed) {
            if (!port.matches("[0-9]{1,5}(/(tcp|udp|sctp))?")) {
                throw invalid("invalid port: " + port);
            }
        }
        info.exposed = new ArrayList<>(exposed);
    }

    private void network() {
        spec.network = or(spec.network, NetworkBook.DEFAULT);
        boolean none = spec.network.equals(NetworkBook.NONE);
        if (spec.network.equals("host") || spec.network.startsWith("container:")) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "A microVM has a network of its own: it cannot share that of '" + spec.network + "'.")
                .remedy("Use the default network, and publish ports by -p.");
        }
        if (none && (!spec.ports.isEmpty() || spec.ip != null)) {
            throw invalid("conflicting options: port publishing and addresses need a network, and the container has none");
        }
        if (spec.ip != null) {
            Ipv4.parse(spec.ip);
            if (spec.network.equals(NetworkBook.DEFAULT)) {
                throw invalid("user specified IP address is supported on user defined networks only");
            }
        }
        if (!spec.networkAliases.isEmpty() && (none || spec.network.equals(NetworkBook.DEFAULT))) {
            throw invalid("network-scoped aliases are only supported for user-defined networks")
                    .remedy("Make a network by 'hypr network create', and use it by --network.");
        }
        if (spec.macAddress != null) {
            Ipv4.macOctets(spec.macAddress);
        }
        spec.dns.stream().filter(d -> d.indexOf(':') < 0).forEach(Ipv4::parse);
        for (String extra : spec.extraHosts) {
            int colon = extra.indexOf(':');
            if (colon < 1 || !extra.substring(colon + 1).matches("host-gateway|[0-9a-fA-F:.]+")) {
                throw invalid("bad format for add-host: \"" + extra + "\"");
            }
        }
    }

    private void devices() {
        for (String address : spec.devices) {
            if (!address.matches("[a-z]+:[^\\s]+")) {
                throw new HyprException(ErrorCode.UNSUPPORTED,
                        "A microVM has no devices of the host such as '" + address + "': it gets whole devices, by their address on a bus.")
                    .remedy("Name a PCI device, as in --device pci:0000:01:00.0; 'hypr gpu ls' lists what can be lent.");
            }
        }
        for (String gpu : spec.gpus) {
            if (!gpu.matches("all|count=[1-9][0-9]{0,3}|[0-9]{1,4}|[a-z]+:[^\\s]+")) {
                throw invalid("invalid GPU: '" + gpu + "'").remedy("It is all, a number as 'hypr gpu ls' shows it, or an address such as pci:0000:01:00.0.");
            }
        }
    }

    /** The command and its environment go to the agent in one frame. */
    private void length(ContainerInfo info) {
        long octets = 0;
        for (List<String> list : List.of(info.argv, info.env)) {
            for (String word : list) {
                octets += 4 + word.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
            }
        }
        if (octets > Frame.MAX_PAYLOAD - 4096) {
            throw invalid("The command and its environment have " + octets + " octets; there is room for " + (Frame.MAX_PAYLOAD - 4096) + ".");
        }
    }

    /** @return a name that matches, or an error */
    static String checked(String name) {
        if (!name.matches(Ids.NAME)) {
            throw invalid("Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        return name;
    }
}
