package io.hypr.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import io.hypr.engine.ContainerChange;
import io.hypr.engine.ContainerSpec;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.shell.internal.grammar.InputException;
import io.hypr.shell.internal.grammar.Sizes;
import io.hypr.shell.internal.grammar.Words;

/** Turns the options of {@code run} and {@code create} into a {@link ContainerSpec}. */
public final class ContainerOptions {

    private static final Set<String> LIMITS = Set.of("cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks",
            "sigpending", "msgqueue", "nice", "rtprio", "rttime");

    private static final String DURATION = "0+|(\\d+(\\.\\d*)?(h|ms|m|s|us|ns))+";

    private ContainerOptions() {
    }

    /**
     * @param call where the command was typed: relative files and variables without a value come from there
     * @param words what was typed
     * @return what was asked for
     */
    public static ContainerSpec read(Call call, Words words) {
        ContainerSpec s = new ContainerSpec();
        s.name = words.get("name").filter(n -> !n.isEmpty()).orElse(null);
        s.image = words.rest().getFirst();
        s.platform = words.get("platform").orElse(null);
        s.cmd.addAll(words.rest().subList(1, words.rest().size()));
        s.entrypoint = words.get("entrypoint").map(e -> e.isEmpty() ? List.<String>of() : List.of(e)).orElse(null);
        s.env.addAll(variables(call, words));
        s.workingDir = words.get("workdir").orElse(null);
        s.user = words.get("user").orElse(null);
        s.groups.addAll(words.all("group-add"));
        words.all("label-file").forEach(f -> lines(call, f).stream().filter(l -> l.contains("=")).forEach(l -> pair(s.labels, l)));
        words.all("label").forEach(l -> label(s.labels, words, l));
        words.all("annotation").forEach(l -> pair(s.annotations, l));
        s.tty = words.is("tty");
        s.openStdin = words.is("interactive");
        s.stdinOnce = s.openStdin;
        List<String> streams = words.all("attach").stream().map(a -> a.toLowerCase(Locale.ROOT)).toList();
        s.attachStdin = s.openStdin || streams.contains("stdin");
        s.attachStdout = streams.isEmpty() || streams.contains("stdout");
        s.attachStderr = streams.isEmpty() || streams.contains("stderr");
        network(s, words);
        limits(call, s, words);
        s.privileged = words.is("privileged");
        s.capAdd.addAll(words.all("cap-add"));
        s.capDrop.addAll(words.all("cap-drop"));
        Isolation.read(s, words);
        s.init = words.is("init");
        health(s, words);
        s.stopSignal = words.get("stop-signal").orElse(null);
        s.stopTimeout = words.has("stop-timeout") ? Integer.valueOf(words.number("stop-timeout", 0)) : null;
        s.autoRemove = words.is("rm");
        words.get("restart").ifPresent(r -> restart(s, r));
        if (s.autoRemove && s.restartPolicy != null && !s.restartPolicy.equals("no")) {
            throw new InputException("conflicting options: cannot specify both --restart and --rm");
        }
        s.template = words.get("template").orElse(null);
        s.vmm = words.get("vmm").orElse(null);
        words.all("vmm-opt").forEach(o -> pair(s.vmmOptions, o));
        s.kernel = words.get("kernel").map(k -> call.directory().resolve(k).normalize().toString()).orElse(null);
        s.kernelArguments.addAll(words.all("kernel-arg"));
        DeviceOptions.read(s, words);
        log(s, words);
        return s;
    }

    /** The log of a container is HYPR's own; it takes the place of Docker's drivers that keep one on the host. */
    private static void log(ContainerSpec s, Words words) {
        String driver = words.get("log-driver").orElse("");
        if (!List.of("", "none", "json-file", "local").contains(driver)) {
            throw List.of("syslog", "journald", "gelf", "fluentd", "awslogs", "splunk", "gcplogs").contains(driver)
                    ? new HyprException(ErrorCode.UNSUPPORTED, "HYPR keeps what containers print in a log of its own: it has no logging driver '"
                            + driver + "'.")
                            .remedy("Leave --log-driver out, bound the log by --log-opt max-size=10m, and read it by 'hypr logs'.")
                    : new HyprException(ErrorCode.INVALID, "error looking up logging plugin " + driver + ": plugin \"" + driver + "\" not found");
        }
        s.logDriver = driver.isEmpty() ? null : driver;
        words.all("log-opt").forEach(o -> pair(s.logOptions, o));
    }

    private static void health(ContainerSpec s, Words words) {
        ContainerSpec.HealthCheck h = new ContainerSpec.HealthCheck();
        words.get("health-cmd").filter(c -> !c.isEmpty()).ifPresent(c -> h.test.addAll(List.of("CMD-SHELL", c)));
        h.interval = duration(words, "health-interval");
        h.timeout = duration(words, "health-timeout");
        h.startPeriod = duration(words, "health-start-period");
        h.startInterval = duration(words, "health-start-interval");
        h.retries = words.number("health-retries", 0);
        boolean asked = !h.test.isEmpty() || h.interval != 0 || h.timeout != 0 || h.startPeriod != 0 || h.startInterval != 0 || h.retries != 0;
        if (words.is("no-healthcheck")) {
            if (asked) {
                throw new InputException("--no-healthcheck conflicts with --health-* options");
            }
            h.test.add("NONE");
        }
        if (h.retries < 0) {
            throw new InputException("--health-retries cannot be negative");
        }
        s.health = asked || !h.test.isEmpty() ? h : null;
    }

    /** As Go reads durations. */
    private static long duration(Words words, String name) {
        String text = words.get(name).orElse("0");
        if (text.startsWith("-") && text.substring(1).matches(DURATION)) {
            throw new InputException("--" + name + " cannot be negative");
        }
        if (text.matches("[0-9.]+") && !text.matches("\\+?0+")) {
            throw words.invalid(name, text, "time: missing unit in duration \"" + text + "\"");
        }
        if (!text.matches(DURATION)) {
            throw words.invalid(name, text, "time: invalid duration \"" + text + "\"");
        }
        return Moments.duration(text).toNanos();
    }

    private static void network(ContainerSpec s, Words words) {
        s.hostname = words.get("hostname").orElse(null);
        s.domainname = words.get("domainname").orElse(null);
        List<String> networks = words.all("network");
        if (networks.contains("")) {
            throw new InputException("no name set for network");
        }
        networks.stream().filter(n -> networks.indexOf(n) != networks.lastIndexOf(n)).findFirst().ifPresent(n -> {
            throw new InputException("network \"" + n + "\" is specified multiple times");
        });
        if (networks.size() > 1) {
            throw new HyprException(ErrorCode.INVALID, "Container cannot be connected to network endpoints: "
                    + String.join(", ", new TreeSet<>(networks))).remedy("A container is in one network: name one.");
        }
        s.network = networks.isEmpty() ? null : networks.getFirst();
        s.networkAliases.addAll(words.all("network-alias"));
        if (!s.networkAliases.isEmpty() && List.of("", "default", "bridge", "none").contains(Objects.requireNonNullElse(s.network, ""))) {
            throw new InputException("network-scoped aliases are only supported for user-defined networks")
                    .remedy("Make a network by 'hypr network create', and use it by --network.");
        }
        s.ip = words.get("ip").orElse(null);
        s.macAddress = words.get("mac-address").map(NetworkOptions::hardware).orElse(null);
        words.all("dns").forEach(d -> s.dns.add(NetworkOptions.server(words, d)));
        words.all("dns-search").forEach(d -> s.dnsSearch.add(NetworkOptions.domain(words, d)));
        s.dnsOptions.addAll(words.all("dns-option"));
        s.dnsOptions.addAll(words.all("dns-opt"));
        words.all("add-host").forEach(h -> s.extraHosts.add(NetworkOptions.host(words, h)));
        words.all("publish").forEach(p -> s.ports.addAll(Ports.parse(p)));
        words.all("expose").forEach(e -> s.exposed.addAll(Ports.exposed(e)));
        s.publishAll = words.is("publish-all");
    }

    private static void limits(Call call, ContainerSpec s, Words words) {
        for (String t : words.all("tmpfs")) {
            int colon = t.indexOf(':');
            s.tmpfs.put(colon < 0 ? t : t.substring(0, colon), colon < 0 ? "" : t.substring(colon + 1));
        }
        MountOptions.read(call, s, words);
        s.shmSize = words.bytes("shm-size").orElse(0L);
        s.readOnly = words.is("read-only");
        for (String o : words.all("storage-opt")) {
            if (!o.startsWith("size=")) {
                throw new InputException("Unknown option in --storage-opt: \"" + o + "\".").remedy("Only size=BYTES is known.");
            }
            try {
                s.diskSize = Sizes.parse(o.substring("size=".length()));
            } catch (NumberFormatException e) {
                throw new InputException(e.getMessage(), e);
            }
        }
        MemoryOptions.read(s, words);
        s.maxMemory = words.bytes("memory-max").orElse(0L);
        s.cpus = words.get("cpus").map(c -> decimal(words, c)).orElse(0.0);
        s.cpuQuota = words.number("cpu-quota", 0);
        s.cpuPeriod = words.number("cpu-period", 0);
        s.cpuShares = words.number("cpu-shares", 0);
        s.cpuSet = words.get("cpuset-cpus").orElse("");
        s.memoryReservation = words.bytes("memory-reservation").orElse(0L);
        s.maxProcessors = words.number("vcpus-max", 0);
        s.pidsLimit = Math.max(0, words.number("pids-limit", 0));
        words.all("ulimit").forEach(u -> s.ulimits.add(limit(words, u)));
        words.all("sysctl").forEach(o -> {
            if (o.indexOf('=') < 1) {
                throw words.invalid("sysctl", o, "sysctl '" + o + "' is not allowed");
            }
            pair(s.sysctls, o);
        });
        s.oomScoreAdj = words.number("oom-score-adj", 0);
    }

    /**
     * @param words with options of {@code update}
     * @return what they change; nothing and 0 leave things as they are, as under Docker
     */
    public static ContainerChange change(Words words) {
        ContainerChange change = new ContainerChange();
        MemoryOptions.read(change, words);
        change.memory = unless(0L, change.memory);
        change.memorySwap = unless(0L, change.memorySwap);
        change.memoryReservation = unless(0L, change.memoryReservation);
        change.cpus = unless(0.0, words.get("cpus").map(c -> decimal(words, c)).orElse(null));
        change.cpuQuota = unless(0L, number(words, "cpu-quota"));
        change.cpuPeriod = unless(0L, number(words, "cpu-period"));
        int shares = words.number("cpu-shares", 0);
        change.cpuShares = shares == 0 ? null : Integer.valueOf(shares);
        change.cpuSet = unless("", words.get("cpuset-cpus").orElse(null));
        int processes = words.number("pids-limit", 0);
        change.pidsLimit = processes == 0 ? null : Long.valueOf(Math.max(-1, processes));
        words.get("restart").ifPresent(r -> {
            ContainerSpec s = new ContainerSpec();
            restart(s, r);
            change.restartPolicy = s.restartPolicy;
            change.restartRetries = s.restartRetries;
        });
        return change;
    }

    private static <T> T unless(T nothing, T value) {
        return nothing.equals(value) ? null : value;
    }

    private static Long number(Words words, String option) {
        return words.has(option) ? Long.valueOf(words.number(option, 0)) : null;
    }

    /**
     * @param words with the option cpus
     * @param text its value
     * @return a number of processors, whose range the engine knows
     */
    public static double decimal(Words words, String text) {
        if (!text.matches("[+-]?(\\d{1,9}(\\.\\d{0,9})?|\\.\\d{1,9})")) {
            throw words.invalid("cpus", text, "failed to parse " + text + " as a rational number");
        }
        return Double.parseDouble(text);
    }

    private static String limit(Words words, String text) {
        String[] parts = text.split("=", 2);
        String[] values = parts[parts.length - 1].split(":", -1);
        if (parts.length < 2) {
            throw words.invalid("ulimit", text, "invalid ulimit argument: " + text);
        }
        if (values.length > 2) {
            throw words.invalid("ulimit", text, "too many limit value arguments - " + parts[1] + ", can only have up to two, `soft[:hard]`");
        }
        for (String value : values) {
            if (!value.matches("-1|[0-9]{1,18}")) {
                throw words.invalid("ulimit", text, "strconv.ParseInt: parsing \"" + value + "\": invalid syntax");
            }
        }
        if (!LIMITS.contains(parts[0])) {
            throw words.invalid("ulimit", text, "invalid ulimit type: " + parts[0]);
        }
        String hard = values[values.length - 1];
        if (!hard.equals("-1") && (values[0].equals("-1") || Long.parseLong(values[0]) > Long.parseLong(hard))) {
            throw words.invalid("ulimit", text, "ulimit soft limit must be less than or equal to hard limit: " + values[0] + " > " + hard);
        }
        return text;
    }

    private static void restart(ContainerSpec s, String policy) {
        String[] parts = policy.split(":", 2);
        if (policy.isEmpty()) {
            return;
        }
        s.restartPolicy = parts[0];
        if (parts.length == 2) {
            try {
                s.restartRetries = Integer.parseInt(parts[1]);
            } catch (NumberFormatException e) {
                throw new InputException("invalid restart policy format: maximum retry count must be an integer", e);
            }
        }
    }

    /**
     * @param call where files and values of variables come from
     * @param words with the options env-file and env
     * @return {@code NAME=value} in the order in which later ones win
     */
    public static List<String> variables(Call call, Words words) {
        List<String> all = new ArrayList<>();
        for (String file : words.all("env-file")) {
            lines(call, file).forEach(l -> {
                String name = l.split("=", 2)[0];
                if (name.isEmpty()) {
                    throw new InputException("invalid env file (" + file + "): no variable name on line '" + l + "'");
                }
                if (name.chars().anyMatch(Character::isWhitespace)) {
                    throw new InputException("invalid env file (" + file + "): variable '" + name + "' contains whitespaces");
                }
                all.addAll(variable(call, l));
            });
        }
        words.all("env").forEach(e -> {
            if (e.isEmpty() || e.startsWith("=")) {
                throw words.invalid("env", e, "invalid environment variable: " + e);
            }
            all.addAll(variable(call, e));
        });
        Map<String, String> last = new LinkedHashMap<>();
        all.forEach(v -> last.put(v.substring(0, v.indexOf('=')), v));
        return List.copyOf(last.values());
    }

    private static List<String> variable(Call call, String text) {
        if (text.indexOf('=') > 0) {
            return List.of(text);
        }
        String value = call.environment().get(text);
        return value == null ? List.of() : List.of(text + "=" + value);
    }

    private static void label(Map<String, String> labels, Words words, String text) {
        if (text.isEmpty() || text.startsWith("=")) {
            throw words.invalid("label", text, "invalid label '" + text + "': empty name");
        }
        pair(labels, text);
    }

    private static List<String> lines(Call call, String file) {
        Path path = call.directory().resolve(file);
        try {
            return Files.readAllLines(path).stream().map(String::stripLeading).filter(l -> !l.isEmpty() && !l.startsWith("#")).toList();
        } catch (NoSuchFileException e) {
            throw new InputException("open " + file + ": no such file or directory", e);
        } catch (IOException e) {
            throw new InputException("invalid env file (" + file + "): read " + file + ": "
                    + (Files.isDirectory(path) ? "is a directory" : e.getMessage()), e);
        }
    }

    /**
     * Adds {@code name=value}, or a name alone with an empty value.
     *
     * @param map gets it
     * @param text what was typed
     */
    public static void pair(Map<String, String> map, String text) {
        String[] parts = Arrays.copyOf(text.split("=", 2), 2);
        map.put(parts[0], parts[1] == null ? "" : parts[1]);
    }
}
