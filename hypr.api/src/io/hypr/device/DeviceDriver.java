package io.hypr.device;

import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;

/**
 * Finds devices of the host and lends them to microVMs. Implemented by device bundles and registered with the property {@code hypr.name}; called by
 * the engine only, one call at a time for one device.
 */
@ConsumerType
public interface DeviceDriver {

    /** @return whether devices of this kind can be passed through here, or why not and what would help */
    Availability probe();

    /** @return every device of this kind on the host, claimed or not, measured now */
    List<Device> scan();

    /**
     * Takes a device, and all that cannot be separated from it, away from the host's own drivers.
     *
     * @param address as {@link Device#address()}
     * @param container id of the container that gets it
     * @return the record by which it is given back
     * @throws io.hypr.model.HyprException {@code IN_USE} with the names of what holds it, {@code NOT_FOUND}, {@code UNSUPPORTED}; nothing has changed then
     */
    DriverRecord claim(String address, String container);

    /**
     * Says what a backend needs to know about a claimed device.
     *
     * @param record what {@link #claim} returned
     * @return addresses to pass through, in order
     */
    List<String> describe(DriverRecord record);

    /**
     * Gives a device back to the driver it had. Idempotent, also after a claim that was interrupted.
     *
     * @param record what {@link #claim} returned
     */
    void release(DriverRecord record);

    /**
     * A device of the host.
     *
     * @param address how users name it, such as {@code pci:0000:01:00.0}
     * @param name for people
     * @param driver the host driver that has it now; empty if none
     * @param details further facts by name, shown as they are
     */
    record Device(String address, String name, String driver, Map<String, String> details) {
        /** Copies the map. */
        public Device {
            details = Map.copyOf(details);
        }
    }
}
