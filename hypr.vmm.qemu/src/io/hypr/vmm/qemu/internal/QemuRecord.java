package io.hypr.vmm.qemu.internal;

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
 * @param log file with QEMU's words
 * @param memory bytes that the guest has at most
 * @param machine {@code microvm} or {@code q35}
 * @param accelerator {@code kvm} or {@code tcg}
 * @param reason why that accelerator, a sentence
 * @param qemu version, as {@code 7.2.22}
 * @param devices files by which QEMU reaches what is passed through; they are root's again when the microVM is discarded
 * @param limits which limits the host cannot hold, a sentence; empty if all are held
 * @param shares the program that serves the shares, or {@code 9p}: QEMU itself; empty if there are none
 * @param memoryDescriptor QEMU's descriptor of the file with its memory, by which it can be saved; null = it cannot
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record QemuRecord(String run, String cgroup, String log, long memory, String machine, String accelerator, String reason, String qemu,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> devices, @JsonInclude(JsonInclude.Include.NON_EMPTY) String limits,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) String shares,
        @JsonInclude(JsonInclude.Include.NON_NULL) Integer memoryDescriptor) {

    /** Name of this backend. */
    public static final String OWNER = "qemu";
    /** The format that is written. */
    public static final int FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** Checks that what everything else hangs on is there. */
    public QemuRecord {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(cgroup, "cgroup");
        Objects.requireNonNull(log, "log");
        devices = devices == null ? List.of() : List.copyOf(devices);
        limits = Objects.requireNonNullElse(limits, "");
        shares = Objects.requireNonNullElse(shares, "");
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
    public static QemuRecord of(DriverRecord record) {
        if (!record.owner().equals(OWNER)) {
            throw new HyprException(ErrorCode.INVALID,
                    "The record of " + record.id() + " belongs to the backend " + record.owner() + ", not to " + OWNER + ".");
        }
        if (record.format() > FORMAT) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The record of microVM " + record.id() + " has format " + record.format()
                    + ", and this version of the QEMU backend reads formats up to " + FORMAT + ".")
                    .remedy("Install the version of HYPR that started it, or a newer one.");
        }
        try {
            return JSON.readValue(record.json(), QemuRecord.class);
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

    VmmDirectory directory() {
        return new VmmDirectory(Path.of(run));
    }
}
