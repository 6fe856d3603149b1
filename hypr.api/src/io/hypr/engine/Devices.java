package io.hypr.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

import io.hypr.model.Availability;

/**
 * The devices of this host that can be lent to microVMs, of all device drivers together. Implemented by the engine, called by front ends
 * from any thread. A container gets devices by {@link ContainerSpec#devices} and {@link ContainerSpec#gpus}.
 */
@ProviderType
public interface Devices {

    /**
     * Asks all drivers.
     *
     * @return every device, those of one driver after another, by address; measured now. Empty if no device driver is there.
     */
    List<HostDevice> list();

    /** A device of the host. A data transfer object. */
    @ProviderType
    class HostDevice {
        /** Name of its driver bundle's service, such as {@code vfio}. */
        public String deviceDriver;
        /** How users name it, such as {@code pci:0000:01:00.0}. */
        public String address;
        /** {@code gpu}, {@code network}, {@code storage}, {@code audio}, {@code usb} or {@code other}. */
        public String kind;
        /** Number among devices of kind {@code gpu}, from 0, as {@code --gpus device=0} counts; -1 for all others. */
        public int gpu = -1;
        /** For people. */
        public String name;
        /** The host's driver that has it now; empty = none. */
        public String hostDriver = "";
        /** Whether a container could get it now, or why not. */
        public Availability lendable;
        /** Id of the container that has it; empty = none. */
        public String container = "";
        /** Name of that container; empty = none. */
        public String containerName = "";
        /** Further facts by name. */
        public Map<String, String> details = new LinkedHashMap<>();
    }

    /** Devices that a container has while it runs. A data transfer object. */
    @ProviderType
    class Claimed {
        /** Name of the device driver's service. */
        public String deviceDriver;
        /** What was asked for, as addresses. */
        public List<String> addresses = new ArrayList<>();
        /** What the guest has, in order, without the scheme: those that were asked for, each followed by what goes with it. */
        public List<String> lent = new ArrayList<>();
    }
}
