package io.hypr.gpu.vfio.internal;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * What the JSON of a {@link DriverRecord} of this driver holds, in format {@value #FORMAT}: how things were before the claim. It is whole
 * before anything changes.
 *
 * @param boot id of the boot of the host; after another one nothing of the claim is left
 * @param functions all that were taken, in the order in which they were
 * @param owners user that the file of an IOMMU group belonged to before, by the group's number
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record VfioRecord(String boot, List<Taken> functions, Map<String, Integer> owners) {

    /** Name of this driver. */
    static final String OWNER = "vfio";
    /** The format that is written. */
    static final int FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /**
     * A function that was taken.
     *
     * @param address where it is
     * @param ids vendor and device: another device at the same place is not ours
     * @param group number of its IOMMU group
     * @param driver that had it; empty = none
     * @param override the only driver that might have it; empty = any
     * @param lent whether the microVM gets it; else it is only kept away from the host, as a mate in the group
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Taken(String address, String ids, String group, String driver, String override, boolean lent) {
        /** Checks that all is there. */
        Taken {
            Objects.requireNonNull(address, "address");
            Objects.requireNonNull(ids, "ids");
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(driver, "driver");
            Objects.requireNonNull(override, "override");
            if (PciAddress.of(address).isEmpty()) {
                throw new IllegalArgumentException("'" + address + "' is no address of a PCI function");
            }
        }

        PciAddress at() {
            return PciAddress.parse(address);
        }
    }

    /** Checks that all is there, and copies. */
    VfioRecord {
        Objects.requireNonNull(boot, "boot");
        functions = List.copyOf(functions);
        owners = Map.copyOf(owners);
    }

    static VfioRecord of(DriverRecord record) {
        if (!record.owner().equals(OWNER)) {
            throw new HyprException(ErrorCode.INVALID,
                    "The record of " + record.id() + " belongs to the device driver " + record.owner() + ", not to " + OWNER + ".");
        }
        if (record.format() > FORMAT) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The record of the devices of container " + record.id() + " has format " + record.format()
                    + ", and this version of the device driver reads formats up to " + FORMAT + ".")
                    .remedy("Install the version of HYPR that wrote it, or a newer one.");
        }
        try {
            return JSON.readValue(record.json(), VfioRecord.class);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The record of the devices of container " + record.id() + " cannot be read.", e);
        }
    }

    DriverRecord as(String container) {
        try {
            return new DriverRecord(OWNER, container, FORMAT, JSON.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The record of the devices of container " + container + " cannot be written.", e);
        }
    }
}
