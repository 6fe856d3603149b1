package io.hypr.core.internal.records;

import io.hypr.model.DriverRecord;

/** All that is kept of a microVM of the pool, in a file that is there before anything else of it is, and until a container goes on from it. */
public final class SpareRecord {

    /** Id of the container to come. */
    public String id;
    /** Numeric user of its VMM. */
    public int uid;
    /** Id of the template that it was restored from. */
    public String template;
    /** The microVM, or what its launch intended; null = none. */
    public DriverRecord vm;
    /** Name of the network driver that makes its tap; null = it has no interface. */
    public String driver;
    /** Id of the endpoint to come that the tap is of; null = it has no interface. */
    public String endpoint;
}
