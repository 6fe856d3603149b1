package io.hypr.engine;

import java.time.Instant;
import java.util.Map;

/**
 * Something that has happened.
 *
 * @param time when
 * @param type {@code container}, {@code image}, {@code network}, {@code volume} or {@code daemon}
 * @param action Docker's word: {@code create}, {@code start}, {@code die}, {@code destroy} ...
 * @param actor id of what it happened to
 * @param attributes further facts by Docker's names: {@code name}, {@code image}, {@code exitCode} ...
 */
public record EngineEvent(Instant time, String type, String action, String actor, Map<String, String> attributes) {
    /** Copies the map. */
    public EngineEvent {
        attributes = Map.copyOf(attributes);
    }
}
