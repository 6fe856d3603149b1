package io.hypr.vmm.cloudhypervisor.internal;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.host.VmmDirectory;

/**
 * What the JSON of a {@link DriverRecord} of this backend holds, in format {@value #FORMAT}. It is complete before anything is started: the pid comes
 * from the pid file in the run directory, which a restart of the host removes together with the process.
 *
 * @param run run directory, absolute
 * @param cgroup name of the control group, relative to the root of each hierarchy
 * @param log file with Cloud Hypervisor's words
 * @param processors at the start
 * @param maxProcessors to which they can grow
 * @param memory bytes at the start
 * @param maxMemory bytes to which it can grow
 * @param version of Cloud Hypervisor, as {@code 54.0.0}
 * @param taps that were made for interfaces that lead nowhere
 * @param balloon whether memory can come back; null = it can
 * @param hotplug whether devices can come and go; null = they cannot
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record CloudHypervisorRecord(String run, String cgroup, String log, int processors, int maxProcessors, long memory, long maxMemory, String version,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> taps, @JsonInclude(JsonInclude.Include.NON_NULL) Boolean balloon,
        @JsonInclude(JsonInclude.Include.NON_NULL) Boolean hotplug) {

    /** Name of this backend. */
    public static final String OWNER = "cloudhypervisor";
    /** The format that is written. */
    public static final int FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** Checks that what everything else hangs on is there. */
    public CloudHypervisorRecord {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(cgroup, "cgroup");
        taps = taps == null ? List.of() : List.copyOf(taps);
        if (!Path.of(run).isAbsolute()) {
            throw new IllegalArgumentException("The run directory " + run + " is not absolute");
        }
    }

    /**
     * Reads a record.
     *
     * @param record of any format from 1 to {@value #FORMAT}
     * @return its content
     * @throws HyprException {@code CORRUPT} or {@code UNSUPPORTED}
     */
    public static CloudHypervisorRecord of(DriverRecord record) {
        if (!record.owner().equals(OWNER)) {
            throw new HyprException(ErrorCode.INVALID,
                    "The record of " + record.id() + " belongs to the backend " + record.owner() + ", not to " + OWNER + ".");
        }
        if (record.format() > FORMAT) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The record of microVM " + record.id() + " has format " + record.format()
                    + ", and this version of the Cloud Hypervisor backend reads formats up to " + FORMAT + ".")
                    .remedy("Install the version of HYPR that started it, or a newer one.");
        }
        try {
            return JSON.readValue(record.json(), CloudHypervisorRecord.class);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The record of microVM " + record.id() + " cannot be read.", e);
        }
    }

    /**
     * Writes this as a record.
     *
     * @param id the container's
     * @return the record
     */
    public DriverRecord as(String id) {
        try {
            return new DriverRecord(OWNER, id, FORMAT, JSON.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The record of microVM " + id + " cannot be written.", e);
        }
    }

    NowhereTaps nowhere() {
        return new NowhereTaps(taps);
    }

    VmmDirectory directory() {
        return new VmmDirectory(Path.of(run));
    }
}
