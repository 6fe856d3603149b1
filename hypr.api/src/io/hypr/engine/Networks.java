package io.hypr.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The networks of this host. Implemented by the engine, called from any thread. The default network {@code bridge} and {@code none} are always there.
 */
@ProviderType
public interface Networks {

    /**
     * Creates a network.
     *
     * @param spec name, and what else is not left to the engine; id, created and containers are ignored
     * @return the network
     * @throws io.hypr.model.HyprException {@code CONFLICT} if the name is taken, {@code INVALID}, {@code IN_USE} if the subnet overlaps,
     * {@code EXHAUSTED} if no subnet is free
     */
    Network create(Network spec);

    /**
     * Removes a network.
     *
     * @param network name, id, or a unique beginning of the id
     * @throws io.hypr.model.HyprException {@code CONFLICT} if containers use it or it is predefined
     */
    void remove(String network);

    /** {@return all networks, by name} */
    List<Network> list();

    /**
     * {@return what is known of it}
     *
     * @param network name, id, or a unique beginning of the id
     */
    Network inspect(String network);

    /** A network. A data transfer object. */
    @ProviderType
    class Network {
        /** 64 hexadecimal digits. */
        public String id;
        /** Unique name. */
        public String name;
        /** When it was created. */
        public Instant created;
        /** Name of its driver; null = bridge. */
        public String driver;
        /** IPv4 subnet; null = the engine chooses. */
        public String subnet;
        /** The host's address in it; null = the first. */
        public String gateway;
        /** Whether nothing outside can be reached. */
        public boolean internal;
        /** Driver options. */
        public Map<String, String> options = new LinkedHashMap<>();
        /** Labels. */
        public Map<String, String> labels = new LinkedHashMap<>();
        /** Ids of the containers that run in it. */
        public List<String> containers = new ArrayList<>();
    }
}
