package io.hypr.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What the engine knows of a container at one moment. A data transfer object in the manner of OSGi: public fields, no behaviour, and new fields can be
 * added. Changing it changes nothing.
 */
@ProviderType
public class ContainerInfo {

    /** 64 hexadecimal digits. */
    public String id;
    /** Without the slash that Docker's API puts before it. */
    public String name;
    /** What was asked for, with everything filled in that the engine chose. */
    public ContainerSpec spec;
    /** The image as it was named. */
    public String image;
    /** The image's id. */
    public String imageId;
    /** When it was created. */
    public Instant created;
    /** The state. */
    public ContainerState state;
    /** The words that are run: entry point and command. */
    public List<String> argv = new ArrayList<>();
    /** The whole environment. */
    public List<String> env = new ArrayList<>();
    /** Where the command starts. */
    public String workingDir = "/";

    /** When it was last started; null = never. */
    public Instant started;
    /** When it last ended; null = never. */
    public Instant finished;
    /** The last exit status, 0 to 255. */
    public int exitCode;
    /** Whether the last end was for lack of memory. */
    public boolean oomKilled;
    /** Why the last start failed; empty if it did not. */
    public String error = "";
    /** How often the restart policy has started it. */
    public int restarts;
    /** Process id of the VMM on the host; 0 = it does not run. */
    public long vmmPid;

    /** Name of the backend it runs on, or last ran on; empty = never started. */
    public String backend = "";
    /** Why that one was chosen and others were passed over, one sentence each. */
    public List<String> backendReasons = new ArrayList<>();
    /** Id of the template that it runs from, or last ran from; empty = it booted, or was never started. */
    public String template = "";
    /** Why it started from that template, or why it booted, a sentence; empty = never started. */
    public String templateReason = "";
    /** Nanoseconds from the start of the VMM to the agent's hello at the last start; 0 = never started. */
    public long bootNanos;
    /** What the last start that succeeded spent its time on, in the order in which the steps began; some of them go on beside one another. */
    public List<Step> steps = new ArrayList<>();

    /** Bytes of memory of the microVM. */
    public long memory;
    /** Processors of the microVM. */
    public int processors;
    /** Bytes to which its memory can be raised while it runs. */
    public long maxMemory;
    /** Processors to which they can be raised while it runs. */
    public int maxProcessors;

    /** The container's places in networks, by name of the network. */
    public Map<String, Endpoint> networks = new LinkedHashMap<>();
    /** Ports that are published now. */
    public List<Publication> published = new ArrayList<>();
    /** Exposed ports, such as {@code 80/tcp}. */
    public List<String> exposed = new ArrayList<>();

    /** What of the host is mounted in it, in the order of the targets. */
    public List<MountPoint> mounts = new ArrayList<>();

    /** Devices that it has now. */
    public List<Devices.Claimed> devices = new ArrayList<>();

    /** Its health; null = nobody looks after it, or it was never started. */
    public Health health;

    /** File with the output; for tools, its format is the engine's own. */
    public String logPath = "";

    /**
     * A step of a start.
     *
     * @param name such as {@code start.launch}
     * @param begun microseconds after the start was asked for
     * @param took microseconds
     */
    public record Step(String name, long begun, long took) {
    }

    /** Something of the host that is mounted. */
    @ProviderType
    public static class MountPoint {
        /** {@code volume} or {@code bind}. */
        public String type;
        /** Name of the volume; empty for a directory of the host. */
        public String name = "";
        /** Directory on the host. */
        public String source;
        /** Path in the container. */
        public String target;
        /** Whether the container may write. */
        public boolean writable = true;
        /** Whether the volume goes with the container. */
        public boolean anonymous;
        /** Whether the volume, when it is empty, is filled with what the image has at the target. */
        public boolean copy;
        /** Whether the directory of the host is made if it is missing. */
        public boolean create;
    }

    /** What is known of its health. */
    @ProviderType
    public static class Health {
        /** {@code starting}, {@code healthy} or {@code unhealthy}. */
        public String status = "starting";
        /** Checks that failed in a row. */
        public int failing;
        /** The last checks, at most five, the oldest first. */
        public List<Check> log = new ArrayList<>();
    }

    /**
     * A check of health.
     *
     * @param start when it began
     * @param end when it ended
     * @param exitCode its status; -1 if it did not end in time or could not be made
     * @param output what it printed, at most 4096 octets of it
     */
    public record Check(Instant start, Instant end, int exitCode, String output) {
    }

    /** A place in a network. */
    @ProviderType
    public static class Endpoint {
        /** Id of the network. */
        public String networkId;
        /** Id of the endpoint; empty while the container does not run. */
        public String endpointId = "";
        /** IPv4 address. */
        public String ip = "";
        /** Bits of its network part. */
        public int prefix;
        /** IPv4 address of the gateway. */
        public String gateway = "";
        /** Hardware address. */
        public String mac = "";
        /** Further names. */
        public List<String> aliases = new ArrayList<>();
    }

    /** A port that is published now. */
    @ProviderType
    public static class Publication {
        /** {@code tcp} or {@code udp}. */
        public String protocol;
        /** Address of the host. */
        public String hostAddress;
        /** Port of the host. */
        public int hostPort;
        /** Port of the container. */
        public int containerPort;
    }
}
