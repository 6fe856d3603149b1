package io.hypr.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

import io.hypr.model.Availability;

/**
 * The engine and its host. Implemented by the engine, called from any thread.
 */
@ProviderType
public interface SystemInfo {

    /** {@return what is known now; each backend and driver is asked whether it can be used, which may take seconds} */
    Info info();

    /** {@return what is known without asking anybody: no backends, drivers, images and containers (0 and empty); takes no time} */
    Info facts();

    /** Facts about the engine and its host. A data transfer object. */
    @ProviderType
    class Info {
        /** Version of HYPR. */
        public String version;
        /** Process id of hyprd. */
        public long pid;
        /** Since it started. */
        public Duration uptime;
        /** $HYPR_HOME. */
        public String home;
        /** Name of the host. */
        public String hostname;
        /** The host's kernel. */
        public String hostKernel;
        /** Release of the guests' kernel; empty = not found. */
        public String guestKernel = "";
        /** Such as {@code x86_64}. */
        public String architecture;
        /** Such as {@code Debian GNU/Linux 12 (bookworm)}. */
        public String operatingSystem;
        /** The host's processors. */
        public int processors;
        /** Bytes of the host's memory. */
        public long memory;
        /** Number of containers. */
        public int containers;
        /** Of which run. */
        public int running;
        /** Of which are paused. */
        public int paused;
        /** Of which do not run. */
        public int stopped;
        /** MicroVMs that have booted since hyprd started. */
        public Starts booted = new Starts();
        /** MicroVMs that have started from a memory template since then. */
        public Starts fromTemplates = new Starts();
        /** Number of images. */
        public int images;
        /** Name of the backend that a container without wishes gets now; empty = none can be used. */
        public String backend = "";
        /** Backends in the order of choice. */
        public List<Part> backends = new ArrayList<>();
        /** Network drivers. */
        public List<Part> networkDrivers = new ArrayList<>();
        /** Device drivers. */
        public List<Part> deviceDrivers = new ArrayList<>();
    }

    /** How microVMs have started. A data transfer object. */
    @ProviderType
    class Starts {
        /** How many. */
        public long count;
        /** From the start of the VMM until the agent answered, on the average; zero = there were none. */
        public Duration mean = Duration.ZERO;
    }

    /** A backend or driver. A data transfer object. */
    @ProviderType
    class Part {
        /** Its name. */
        public String name;
        /** Whether it can be used here. */
        public Availability availability;
        /** Facts that it says of itself, by its service properties: {@code name: value}. */
        public List<String> details = new ArrayList<>();
    }
}
