package io.hypr.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Directories that outlive containers. Implemented by the engine, called by front ends from any thread. A container gets them by {@link ContainerSpec#mounts}.
 */
@ProviderType
public interface Volumes {

    /**
     * Makes a volume; returns the one that is there already, if it is a local one.
     *
     * @param wanted name, labels and options; a null name = one is made up
     * @return the volume
     * @throws io.hypr.model.HyprException {@code INVALID} for a bad name or option, {@code UNSUPPORTED} for a driver that is not there, or a quota
     */
    Volume create(Volume wanted);

    /** {@return all volumes by name} */
    List<Volume> list();

    /**
     * {@return what is known of it}
     *
     * @param name of the volume
     * @throws io.hypr.model.HyprException {@code NOT_FOUND}
     */
    Volume inspect(String name);

    /**
     * Removes a volume with all that is in it.
     *
     * @param name of the volume
     * @throws io.hypr.model.HyprException {@code NOT_FOUND}; {@code CONFLICT} while a container has it, running or not
     */
    void remove(String name);

    /**
     * Counts what is in a volume, by looking at every file.
     *
     * @param name of the volume
     * @return bytes on the disk
     */
    long size(String name);

    /** A volume. A data transfer object. */
    @ProviderType
    class Volume {
        /** Its name. */
        public String name;
        /** Who keeps it; {@code local}. */
        public String driver = "local";
        /** Directory on the host. */
        public String mountpoint;
        /** Labels. */
        public Map<String, String> labels = new LinkedHashMap<>();
        /** Options of the driver: {@code type}, {@code device} and {@code o}, as mount(8) takes them; {@code size} can be 0 only. */
        public Map<String, String> options = new LinkedHashMap<>();
        /** When it was made. */
        public Instant created;
        /** Whether nobody gave it a name: it goes with its container. */
        public boolean anonymous;
        /** Ids of containers that have it, running or not. */
        public List<String> containers = new ArrayList<>();
    }
}
