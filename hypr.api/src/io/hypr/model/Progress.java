package io.hypr.model;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears how long work goes on. Implemented by whoever started the work, called by whoever does it, from any thread and often: an
 * implementation returns at once and throws nothing.
 */
@ConsumerType
@FunctionalInterface
public interface Progress {

    /** Hears nothing. */
    Progress NONE = (item, action, done, total) -> {
    };

    /**
     * Hears how far the work has come.
     *
     * @param item what the work is on, for example the short digest of a layer; empty for the whole
     * @param action what is done with it in Docker's words: {@code Downloading}, {@code Pull complete}
     * @param done how many bytes are done; 0 where bytes say nothing
     * @param total how many there are; 0 where it is not known
     */
    void step(String item, String action, long done, long total);
}
