package io.hypr.model;

import java.util.Objects;

/**
 * What a backend or driver needs to find again what it made: kept by the engine, handed to whichever version of the bundle is there
 * next. The engine never looks into it.
 *
 * @param owner the value of the service property {@code hypr.name} of the implementation that wrote it, for example {@code qemu}
 * @param id the identity of what was made, unique for that owner: the id of the container, of the network
 * @param format the number of the format of {@code json}, from 1, raised with each incompatible change; an implementation reads the
 *        formats of all its released versions
 * @param json a JSON object
 */
public record DriverRecord(String owner, String id, int format, String json) {

    /** Checks that nothing is missing. */
    public DriverRecord {
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(json, "json");
        if (format < 1) {
            throw new IllegalArgumentException("A record's format number is at least 1, not " + format);
        }
    }
}
