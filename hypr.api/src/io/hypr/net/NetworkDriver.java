package io.hypr.net;

import java.util.List;
import java.util.Optional;

import org.osgi.annotation.versioning.ConsumerType;

import io.hypr.model.Availability;
import io.hypr.model.DriverRecord;

/**
 * Makes networks and plugs containers into them. Implemented by network bundles and registered with the property {@code hypr.name} (what users give to
 * {@code network create --driver}); called by the engine only, from several threads, but one call at a time for one network or endpoint.
 *
 * <p>
 * A driver keeps no state. Every call measures what the host has, does what is missing, and checks that it is there; it can therefore be
 * repeated, also after a crash in the middle.
 */
@ConsumerType
public interface NetworkDriver {

    /** {@return whether networks can be made here, or why not (which tool, kernel feature or privilege is missing) and what would help} */
    Availability probe();

    /**
     * Makes a network, or mends what is missing of it (after a reboot of the host all is).
     *
     * @param plan the network
     * @return its record; the same for the same plan
     * @throws io.hypr.model.HyprException {@code INVALID} for a plan that contradicts itself or uses an unknown option, {@code IN_USE} if
     * its subnet or bridge belongs to another
     */
    DriverRecord ensure(NetworkPlan plan);

    /**
     * Makes the host's side of a container's interface. Repeating it gives the same attachment.
     *
     * @param plan the endpoint
     * @return the attachment
     */
    Attachment plug(EndpointPlan plan);

    /**
     * Makes the host's side of an interface ahead, for an endpoint to come: it is in no network, and nothing passes through it. {@link #plug} of an endpoint
     * with that id and user finds it, also while a VMM has it open, and {@link #inventory} tells of it. Repeating it while it is in no network gives the same.
     *
     * @param id of the endpoint to come, 64 hexadecimal digits
     * @param uid numeric user that may open the tap
     * @return the attachment, which {@link #unplug} removes; empty if this driver makes none without a network
     */
    default Optional<Attachment> prepare(String id, int uid) {
        return Optional.empty();
    }

    /**
     * Removes what {@link #plug} or {@link #prepare} made. Idempotent.
     *
     * @param attachment the record of the attachment
     */
    void unplug(DriverRecord attachment);

    /**
     * Removes a network. Idempotent.
     *
     * @param network what {@link #ensure} returned
     * @throws io.hypr.model.HyprException {@code IN_USE} if endpoints are still plugged in
     */
    void remove(DriverRecord network);

    /**
     * {@return the records of everything that this driver has on the host now, measured: networks and attachments. What the engine does not
     * know it removes}
     */
    List<DriverRecord> inventory();
}
