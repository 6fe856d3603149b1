package io.hypr.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What a user asks for when a container is created. A data transfer object in the manner of OSGi: public fields with defaults, no behaviour, and new fields
 * can be added. The engine copies what it is given.
 *
 * <p>
 * Names and meanings are those of {@code docker create}. Null or empty means "as the image says", else Docker's default.
 */
@ProviderType
public class ContainerSpec {

    /** The container's name; null = the engine makes one up. Matches {@code [a-zA-Z0-9][a-zA-Z0-9_.-]+}. */
    public String name;
    /** Reference or id of an image that is here. */
    public String image;
    /** Such as {@code linux/amd64}; null = the host's. */
    public String platform;

    /** Replaces the image's entry point; null = the image's; an empty list = none. */
    public List<String> entrypoint;
    /** The command or arguments; empty = the image's, unless {@link #entrypoint} is given. */
    public List<String> cmd = new ArrayList<>();
    /** {@code NAME=value}, added to the image's and overriding them. */
    public List<String> env = new ArrayList<>();
    /** Where the command starts; null = the image's. */
    public String workingDir;
    /** {@code user[:group]}; null = the image's. */
    public String user;
    /** Additional groups, names or numbers. */
    public List<String> groups = new ArrayList<>();
    /** Labels; the image's are added where they are not here. */
    public Map<String, String> labels = new LinkedHashMap<>();
    /** Annotations. */
    public Map<String, String> annotations = new LinkedHashMap<>();

    /** Whether the process has a terminal. */
    public boolean tty;
    /** Whether standard input is kept open. */
    public boolean openStdin;
    /** Whether standard input ends when the first attached client goes. */
    public boolean stdinOnce;
    /** Whether who asks for it gives its standard input. Is shown, and nothing else. */
    public boolean attachStdin;
    /** Whether who asks for it wants its standard output. Is shown, and nothing else. */
    public boolean attachStdout;
    /** Whether who asks for it wants its standard error. Is shown, and nothing else. */
    public boolean attachStderr;

    /** Host name; null = the first 12 digits of the id. */
    public String hostname;
    /** Domain name; null = none. */
    public String domainname;
    /** Name of a network, {@code none}, or null = the default network. */
    public String network;
    /** Further names in that network. */
    public List<String> networkAliases = new ArrayList<>();
    /** Wanted IPv4 address; null = the next free one. */
    public String ip;
    /** Wanted hardware address; null = made from the IPv4 address. */
    public String macAddress;
    /** Name servers; empty = the host's. */
    public List<String> dns = new ArrayList<>();
    /** Search domains; empty = the host's. */
    public List<String> dnsSearch = new ArrayList<>();
    /** Resolver options. */
    public List<String> dnsOptions = new ArrayList<>();
    /** {@code name:address} lines for /etc/hosts; the address {@code host-gateway} is the network's gateway. */
    public List<String> extraHosts = new ArrayList<>();
    /** Published ports. */
    public List<PortMapping> ports = new ArrayList<>();
    /** Ports that are exposed besides the image's, such as {@code 80/tcp}. */
    public List<String> exposed = new ArrayList<>();
    /** Whether all exposed ports are published on free ports of the host. */
    public boolean publishAll;

    /** Volumes, directories and files of the host, and tmpfs that are mounted. */
    public List<Mount> mounts = new ArrayList<>();
    /** What of {@link #mounts} and {@link #tmpfs} was asked for key by key, as {@code --mount} does. Is shown, and nothing else. */
    public List<Mount> described = new ArrayList<>();
    /** Containers whose mounts are taken over, as {@code container[:ro|:rw]}. */
    public List<String> volumesFrom = new ArrayList<>();
    /** Who keeps volumes that are made for the container: {@code local}, or null, which means the same. */
    public String volumeDriver;
    /** tmpfs mounts: target to options, as {@code --tmpfs} takes them. */
    public Map<String, String> tmpfs = new LinkedHashMap<>();
    /** {@code private}, {@code shareable} or {@code none}, which is without /dev/shm; null = private. */
    public String ipcMode;
    /** Bytes of /dev/shm; 0 = 64 MiB. */
    public long shmSize;
    /** Whether the root file system is mounted read-only. */
    public boolean readOnly;
    /** Bytes of the writable disk; 0 = the configured default. */
    public long diskSize;

    /** Bytes of memory; 0 = the configured default. */
    public long memory;
    /** Bytes of memory and swap together; 0 = as Docker has it, twice the memory; -1 = no limit. A microVM has no swap, so that it keeps to any. */
    public long memorySwap;
    /** How readily memory is swapped, 0 to 100; null = as usual. Without swap only 0 means anything. */
    public Integer memorySwappiness;
    /** Processors, rounded up to whole ones for the microVM and held to the fraction by its control group; 0 = the configured default. */
    public double cpus;
    /** Bytes to which memory can be raised while it runs; 0 = it cannot. Needs a backend with the facet {@code resizable}. */
    public long maxMemory;
    /** Processors to which they can be raised while it runs; 0 = they cannot. Needs a backend with the facet {@code resizable}. */
    public int maxProcessors;
    /** Microseconds of processor time in each {@link #cpuPeriod}, another way to say {@link #cpus}; 0 = as {@code cpus} says. */
    public long cpuQuota;
    /** Microseconds, 1,000 to 1,000,000; 0 = 100,000. */
    public long cpuPeriod;
    /** Share of processor time beside other containers when the host is busy; 0 = 1024, which each has. */
    public int cpuShares;
    /** Processors of the host that the microVM runs on, as {@code 0-2,5}; empty = all. It has as many processors where {@code cpus} does not say otherwise. */
    public String cpuSet = "";
    /** Bytes of memory down to which the host takes memory from other microVMs first; 0 = none. */
    public long memoryReservation;
    /** Most processes in the container; 0 = no limit but the guest's own. */
    public long pidsLimit;
    /** {@code name=soft:hard} as {@code --ulimit} takes them. */
    public List<String> ulimits = new ArrayList<>();
    /** Kernel settings of the guest. */
    public Map<String, String> sysctls = new LinkedHashMap<>();
    /** -1000 to 1000, inside the guest. */
    public int oomScoreAdj;

    /** {@code default} in any case, as a container of Linux has it; null = nothing was asked for. */
    public String isolation;
    /** Whether all capabilities are given and nothing is masked, inside the guest. */
    public boolean privileged;
    /** Capabilities added to Docker's default set, such as {@code NET_ADMIN} or {@code ALL}. */
    public List<String> capAdd = new ArrayList<>();
    /** Capabilities taken from it. */
    public List<String> capDrop = new ArrayList<>();
    /** Whether set-user-id programs give no privileges. */
    public boolean noNewPrivileges;

    /** Signal that asks the process to end, name or number; null = the image's, else SIGTERM. */
    public String stopSignal;
    /** Seconds between that and SIGKILL; null = 10; -1 = for ever. */
    public Integer stopTimeout;
    /** Whether process 1 is an init that starts the command, passes signals on and reaps orphans. */
    public boolean init;
    /** How its health is found out; null = as the image says. What is open in it is as the image says, else Docker's default. */
    public HealthCheck health;
    /** Whether the container is removed when it ends. */
    public boolean autoRemove;
    /** {@code no}, {@code always}, {@code unless-stopped} or {@code on-failure}; null = no. */
    public String restartPolicy;
    /** Most restarts of {@code on-failure}; 0 = no limit. */
    public int restartRetries;

    /** Devices of the host that the microVM gets whole, by address, such as {@code pci:0000:01:00.0}; {@link Devices} lists them. */
    public List<String> devices = new ArrayList<>();
    /**
     * GPUs of the host that the microVM gets whole, found anew at each start: {@code all} = each that can be lent, {@code count=N} = the
     * first N that can be lent and are free, a number as {@link Devices.HostDevice#gpu}, or an address.
     */
    public List<String> gpus = new ArrayList<>();
    /** Whether devices are taken that the host itself uses and needs. */
    public boolean deviceForce;

    /** Name of a backend, or an LDAP filter over the properties of backends; null = the engine chooses. */
    public String vmm;
    /**
     * Whether the microVM starts from a template: {@code auto} = if there is one, and one is made beside the first start; {@code on} = one
     * is made first if there is none, and it is an error if there can be none; {@code off} = it boots; null = as the engine is configured.
     */
    public String template;
    /** Backend-specific settings. */
    public Map<String, String> vmmOptions = new LinkedHashMap<>();
    /** A kernel of the container's own: the absolute path of an ELF file of the host, read at each start; null = the engine's. It boots, without a template. */
    public String kernel;
    /** Further kernel arguments. */
    public List<String> kernelArguments = new ArrayList<>();

    /** {@code json-file}, {@code local}, which mean the same, or {@code none}: what is printed is for those who are attached; null = json-file. */
    public String logDriver;
    /** {@code max-size} and {@code max-file}, as Docker's json-file driver takes them. */
    public Map<String, String> logOptions = new LinkedHashMap<>();

    /** Something that is mounted. */
    @ProviderType
    public static class Mount {
        /** {@code volume}, {@code bind} or {@code tmpfs}. */
        public String type = "volume";
        /** Name of a volume, null = a new one that nobody named; absolute path of a directory or regular file of the host; null for tmpfs. */
        public String source;
        /** Absolute path in the container. */
        public String target;
        /** Whether the container may only read. */
        public boolean readOnly;
        /** Whether a directory of the host is made if it is missing. */
        public boolean create;
        /** Whether an empty volume is not filled with what the image has at the target. */
        public boolean noCopy;
        /** Labels of a volume that is made for this. */
        public Map<String, String> labels = new LinkedHashMap<>();
        /** Options of a volume that is made for this. */
        public Map<String, String> volumeOptions = new LinkedHashMap<>();
        /** Options of a tmpfs, as {@code --tmpfs} takes them. */
        public String options = "";
    }

    /** How health is found out. */
    @ProviderType
    public static class HealthCheck {
        /** {@code [NONE]}, {@code [CMD, word...]} or {@code [CMD-SHELL, line]}; empty = the image's. */
        public List<String> test = new ArrayList<>();
        /** Nanoseconds between checks; 0 = 30 s. */
        public long interval;
        /** Nanoseconds that one check may take; 0 = 30 s. */
        public long timeout;
        /** Nanoseconds after the start in which failures do not count. */
        public long startPeriod;
        /** Nanoseconds between checks in {@link #startPeriod}, until one succeeds; 0 = 5 s. */
        public long startInterval;
        /** Failures in a row that make it unhealthy; 0 = 3. */
        public int retries;
    }

    /** A published port. */
    @ProviderType
    public static class PortMapping {
        /** {@code tcp} or {@code udp}. */
        public String protocol = "tcp";
        /** Port in the container, 1 to 65535. */
        public int containerPort;
        /** Address of the host; empty = all. */
        public String hostAddress = "";
        /** Port of the host; 0 = a free one, chosen at each start. */
        public int hostPort;
        /** Last port of the range to choose a free one from; 0 = no range. */
        public int hostPortEnd;
    }
}
