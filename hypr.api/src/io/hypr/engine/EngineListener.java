package io.hypr.engine;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears what happens. A whiteboard: register a service, and every event after that is delivered in order, on a thread of the engine that
 * serves this listener alone. A listener that falls more than 1,000 events behind loses the oldest, which is logged.
 */
@ConsumerType
@FunctionalInterface
public interface EngineListener {

    /**
     * Hears of an event.
     *
     * @param event what has happened
     */
    void event(EngineEvent event);
}
