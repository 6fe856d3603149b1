package io.hypr.krun;

import java.nio.file.Path;
import java.util.Objects;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;
import io.hypr.vmm.VmPlan;

/**
 * What is kept of a microVM. Format 1; fields that a later version of the same format adds are ignored. Whatever a reader needs to end the microVM is in it
 * before the microVM is started.
 *
 * @param run directory of the microVM
 * @param cgroup name of its control group
 * @param log to which the program writes
 * @param uid of the program
 * @param gid of the program
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record KrunRecord(String run, String cgroup, String log, int uid, int gid) {

    /** The format that is written. */
    public static final int FORMAT = 1;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /** Checks that what everything else hangs on is there. */
    public KrunRecord {
        Objects.requireNonNull(run, "run");
        Objects.requireNonNull(cgroup, "cgroup");
        if (!Path.of(run).isAbsolute()) {
            throw new IllegalArgumentException("The run directory " + run + " is not absolute");
        }
    }

    static KrunRecord of(VmPlan plan) {
        return new KrunRecord(plan.runDirectory().toAbsolutePath().toString(), plan.jail().cgroup(), plan.log().toString(),
                plan.jail().uid(), plan.jail().gid());
    }

    /**
     * Reads a record.
     *
     * @param record of any format from 1 to {@value #FORMAT}
     * @param owner whose record it must be
     * @return its content
     * @throws HyprException {@code CORRUPT}, {@code INVALID} or {@code UNSUPPORTED}
     */
    public static KrunRecord of(DriverRecord record, String owner) {
        if (!record.owner().equals(owner)) {
            throw new HyprException(ErrorCode.INVALID,
                    "The record of " + record.id() + " belongs to the backend " + record.owner() + ", not to " + owner + ".");
        }
        if (record.format() > FORMAT) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "The record of microVM " + record.id() + " has format " + record.format()
                    + ", and this version of the backend " + owner + " reads formats up to " + FORMAT + ".")
                    .remedy("Install the version of HYPR that started it, or a newer one.");
        }
        try {
            return JSON.readValue(record.json(), KrunRecord.class);
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.CORRUPT, "The record of microVM " + record.id() + " cannot be read.", e);
        }
    }

    DriverRecord as(String owner, String id) {
        try {
            return new DriverRecord(owner, id, FORMAT, JSON.writeValueAsString(this));
        } catch (JsonProcessingException e) {
            throw new HyprException(ErrorCode.INTERNAL, "The record of microVM " + id + " cannot be written.", e);
        }
    }

    RunDirectory directory() {
        return new RunDirectory(Path.of(run));
    }
}
