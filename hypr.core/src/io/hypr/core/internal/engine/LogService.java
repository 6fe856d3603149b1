package io.hypr.core.internal.engine;

import java.util.function.Supplier;

import io.hypr.core.internal.logs.LogLimits;
import io.hypr.core.internal.logs.LogQuery;
import io.hypr.engine.Logs;
import io.hypr.model.ErrorCode;
import io.hypr.model.HyprException;

/** What containers have written. */
public class LogService implements Logs {

    private final Supplier<Engine> engine;

    /** @param engine gives the engine once it is open */
    public LogService(Supplier<Engine> engine) {
        this.engine = engine;
    }

    @Override
    public void read(String container, Query query, Sink sink) throws InterruptedException {
        Container c = engine.get().find(container);
        if (!LogLimits.isKept(c.ask(r -> r.info.spec.logDriver))) {
            throw new HyprException(ErrorCode.UNSUPPORTED, "configured logging driver does not support reading")
                    .remedy("Create the container without --log-driver none to read what it prints.");
        }
        new LogQuery(c.log(), query).run(sink);
    }
}
