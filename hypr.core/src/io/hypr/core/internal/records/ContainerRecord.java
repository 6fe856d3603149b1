package io.hypr.core.internal.records;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.hypr.engine.ContainerInfo;
import io.hypr.model.DriverRecord;

/**
 * All that is kept of a container: what users see of it, and what only the engine needs. Fields may be added. One that has its default is not
 * written, here and in what users see, so defaults cannot change any more.
 */
public final class ContainerRecord {

    /** What is being done, so that a new engine can end it or undo it. */
    public enum Phase {
        /** It is being created: its volumes that there were not before and the container itself are undone. */
        CREATING,
        /** Nothing: no microVM, no endpoint, no port. */
        IDLE,
        /** It is being started: all that is there is undone. */
        STARTING,
        /** It runs: taken over. */
        RUNNING,
        /** Its process has ended: the rest is cleared away. */
        ENDING,
        /** It is being removed: that is carried on. */
        REMOVING,
        /** It does not run, and a microVM has its disk for a while: that is cleared away. */
        VISITED
    }

    /** What users see. */
    public ContainerInfo info;
    /** What is being done. */
    public Phase phase = Phase.IDLE;
    /** How often it was started. */
    public int run;
    /** The microVM, or what its launch intended; null = none. */
    public DriverRecord vm;
    /** The host's sides of its interfaces. */
    public List<Plug> plugs = new ArrayList<>();
    /** Devices of the host that were lent to it. */
    public List<Plug> claims = new ArrayList<>();
    /** Names of volumes that are made for it while it is being created. */
    public List<String> freshVolumes = new ArrayList<>();
    /** Whether its volumes that nobody named are removed with it. */
    public boolean removeVolumes;
    /** Numeric user of its VMM. */
    public int uid;
    /** Bytes of memory with which its microVM was started. */
    public long bootMemory;
    /** What an update makes of it while it runs; null = none is under way. The next engine carries it on. */
    public ContainerInfo update;
    /** Whether the user ended it: restart policies leave it alone. */
    public boolean stoppedByUser;
    /** How often the restart policy has started it in a row. */
    public int failures;
    /** Signal that asks the process to end. */
    public int stopSignal = 15;
    /** When the restart policy starts it; null = it does not. */
    public Instant restartAt;

    /** What a driver holds for the container: a place that is plugged in, or devices. */
    public static final class Plug {
        /** Name of the driver. */
        public String driver;
        /** What it said. */
        public DriverRecord record;
    }
}
