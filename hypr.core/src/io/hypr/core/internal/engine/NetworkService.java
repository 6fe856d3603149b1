package io.hypr.core.internal.engine;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.hypr.core.internal.records.Json;
import io.hypr.engine.Networks;

/** The networks of this host. */
public class NetworkService implements Networks {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public NetworkService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public Network create(Network spec) {
        Network made = engine.get().networks().create(Json.copy(spec, Network.class));
        event("create", made);
        return filled(made);
    }

    @Override
    public void remove(String network) {
        Network gone = engine.get().networks().find(network).network;
        engine.get().networks().remove(gone.id);
        event("destroy", gone);
    }

    private void event(String action, Network network) {
        engine.get().events().tell(Instant.now(), "network", action, network.id, Map.of("name", network.name, "type", network.driver));
    }

    @Override
    public List<Network> list() {
        return engine.get().networks().list().stream().map(this::filled).toList();
    }

    @Override
    public Network inspect(String network) {
        return filled(engine.get().networks().find(network).network);
    }

    private Network filled(Network network) {
        Network copy = Json.copy(network, Network.class);
        for (Container c : engine.get().all()) {
            if (c.runs() && c.ask(r -> r.info.networks.values().stream().anyMatch(e -> network.id.equals(e.networkId)))) {
                copy.containers.add(c.id());
            }
        }
        return copy;
    }
}
