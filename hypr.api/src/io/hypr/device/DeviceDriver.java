package io.hypr.device;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;

/**
 * Finds devices of the host and lends them to microVMs. Implemented by device bundles and registered with the properties {@value #NAME} and
 * {@value #SCHEME}; called by the engine only.
 *
 * <p>
 * All methods block and may be called from any thread. Claims and releases of one driver come one at a time, whichever containers they are
 * for. A driver keeps no state: what is claimed stands in the records that the engine keeps, and on the host itself. The end of the bundle
 * releases nothing.
 *
 * <pre>
 * DriverRecord record = driver.claim(new Claim(container, List.of("pci:0000:01:00.0"), uid, false), standing, records::intend);
 * List&lt;Lent&gt; devices = driver.describe(record);   // for the VmPlan
 * ...
 * driver.release(record);                         // when the VMM has ended
 * </pre>
 */
@ConsumerType
public interface DeviceDriver {

    /** Service property: the name by which records know the driver, such as {@code vfio}. Required. */
    String NAME = "hypr.name";

    /** Service property: what addresses of this driver's devices begin with, without the colon, such as {@code pci}. Required. */
    String SCHEME = "hypr.device.scheme";

    /** {@return whether devices of this kind can be passed through here, or why not and what would help. Changes nothing; costs at most 300 ms} */
    Availability probe();

    /** {@return every device of this kind on the host, claimed or not, by address; measured now} */
    List<Device> scan();

    /**
     * Takes devices, and all that cannot be separated from them, away from the host's own drivers.
     *
     * @param claim what is wanted
     * @param standing records of all claims of this driver that have not been released, those of other containers too. A record of the same
     * container is a claim that was interrupted: it is completed.
     * @param intent called once, before anything changes on the host, with the record by which {@link #release} gives back what was taken
     * after a crash at any later moment. It returns when the record is safe. Not called if the claim is refused.
     * @return the same record
     * @throws io.hypr.model.HyprException nothing has changed then. {@code NOT_FOUND}: there is no such device; {@code INVALID}: that is no address;
     *         {@code IN_USE} with the names of who holds it or what cannot be separated from it; {@code UNSUPPORTED} as {@link #probe} says, or a device that
     *         can never be lent
     */
    DriverRecord claim(Claim claim, List<DriverRecord> standing, Consumer<? super DriverRecord> intent);

    /**
     * Says what a backend passes through for a claim. Asks the record only, not the host.
     *
     * @param record what {@link #claim} returned
     * @return devices in the order in which the guest gets them: those that were asked for, each followed by what goes with it
     * @throws io.hypr.model.HyprException {@code CORRUPT} or {@code UNSUPPORTED} if the record cannot be read
     */
    List<Lent> describe(DriverRecord record);

    /**
     * Gives all devices of a claim back to the drivers they had. Idempotent; also right for a claim that was interrupted anywhere, after a
     * restart of the host, and for devices that are gone. Leaves alone what somebody else has taken since.
     *
     * @param record what {@link #claim} returned
     * @throws io.hypr.model.HyprException {@code IN_USE} if a VMM still has the devices; {@code UNAVAILABLE} if the host's kernel does not
     * take one back. What could be given back has been, and the call can be repeated.
     */
    void release(DriverRecord record);

    /**
     * A wish for devices. All are got, or none.
     *
     * @param container id of the container that gets them, 64 hexadecimal digits
     * @param addresses as {@link Device#address()}, or shorter forms of it that the driver understands; at least one
     * @param uid user that the VMM runs as: what it must open to use the devices, it may open then
     * @param force whether devices are taken that the host itself uses and needs, such as the disk with a mounted file system
     */
    record Claim(String container, List<String> addresses, int uid, boolean force) {
        /** Copies the list. */
        public Claim {
            addresses = List.copyOf(addresses);
            if (addresses.isEmpty()) {
                throw new IllegalArgumentException("A claim names at least one device");
            }
        }
    }

    /**
     * A device that was lent to a microVM.
     *
     * @param kind how a backend passes it through, {@code vfio-pci}
     * @param address on the host without the scheme, {@code 0000:01:00.0}
     */
    record Lent(String kind, String address) {
    }

    /**
     * A device of the host.
     *
     * @param address how users name it, such as {@code pci:0000:01:00.0}; always the full form
     * @param kind what it is: {@code gpu}, {@code network}, {@code storage}, {@code audio}, {@code usb}, or {@code other}.
     * {@code --gpu all} asks for each {@code gpu} that is lendable, {@code --gpus device=0} for the first {@code gpu}.
     * @param name for people
     * @param driver the host driver that has it now; empty if none
     * @param lendable whether a claim without force would get it now, as far as the host shows, or why not and what would help
     * @param details further facts by name, shown as they are
     */
    record Device(String address, String kind, String name, String driver, Availability lendable, Map<String, String> details) {
        /** Copies the map. */
        public Device {
            details = Map.copyOf(details);
        }
    }
}
