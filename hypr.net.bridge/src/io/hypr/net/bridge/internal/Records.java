package io.hypr.net.bridge.internal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.hypr.model.DriverRecord;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/**
 * The driver's records, format 1: {@code {"bridge":"hypr0"}} for a network, {@code {"tap":"hy0123456789abc"}} for an endpoint. The name of
 * the device is all that is needed, the rest is measured.
 */
final class Records {

    /** The value of {@code hypr.name}. */
    static final String OWNER = "bridge";

    private static final int FORMAT = 1;
    private static final Pattern DEVICE = Pattern.compile("\\{\\s*\"(bridge|tap)\"\\s*:\\s*\"([A-Za-z0-9_.-]{1,15})\"\\s*}");

    private Records() {
    }

    static DriverRecord network(String id, String bridge) {
        return new DriverRecord(OWNER, id, FORMAT, "{\"bridge\":\"" + bridge + "\"}");
    }

    static DriverRecord endpoint(String id, String tap) {
        return new DriverRecord(OWNER, id, FORMAT, "{\"tap\":\"" + tap + "\"}");
    }

    static String bridge(DriverRecord network) {
        return device(network, "bridge");
    }

    static String tap(DriverRecord endpoint) {
        return device(endpoint, "tap");
    }

    private static String device(DriverRecord record, String kind) {
        if (!record.owner().equals(OWNER)) {
            throw new HyprException(ErrorCode.INVALID, "The record " + record.id() + " belongs to driver '" + record.owner() + "', not to '" + OWNER + "'.");
        }
        if (record.format() != FORMAT) {
            throw new HyprException(ErrorCode.UNSUPPORTED,
                    "The record " + record.id() + " has format " + record.format() + ", this version reads " + FORMAT + ".")
                    .remedy("Install the version of hypr.net.bridge that wrote it, or a newer one.");
        }
        Matcher m = DEVICE.matcher(record.json());
        if (!m.matches() || !m.group(1).equals(kind)) {
            throw new HyprException(ErrorCode.CORRUPT, "The record " + record.id() + " names no " + kind + ": " + record.json());
        }
        return m.group(2);
    }
}
