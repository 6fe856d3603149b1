package io.hypr.core.internal.engine;

import java.util.function.Supplier;

import io.hypr.core.internal.logs.LogQuery;
import io.hypr.engine.Logs;

/** What containers have written. */
public class LogService implements Logs {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public LogService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public void read(String container, Query query, Sink sink) throws InterruptedException {
        new LogQuery(engine.get().find(container).log(), query).run(sink);
    }
}
