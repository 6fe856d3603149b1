package io.hypr.engine;

import java.time.Instant;
import java.util.function.Consumer;

import org.osgi.annotation.versioning.ProviderType;

/**
 * What has happened. Implemented by the engine; the last 1,000 events are kept over restarts.
 */
@ProviderType
public interface Events {

    /**
     * Delivers events in order to the calling thread.
     *
     * @param since from when; null = from now
     * @param until to when; null = for ever
     * @param sink takes them
     * @throws InterruptedException if the thread was interrupted, which is how waiting ends early
     */
    void read(Instant since, Instant until, Consumer<? super EngineEvent> sink) throws InterruptedException;

    /**
     * Tells of an event that happened outside the engine, such as the pull of an image.
     *
     * @param event what has happened
     */
    void publish(EngineEvent event);
}
