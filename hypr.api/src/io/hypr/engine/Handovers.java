package io.hypr.engine;

import java.time.Duration;
import java.util.List;

import org.osgi.annotation.versioning.ProviderType;

/** What becomes of running microVMs when their backend is exchanged. Implemented by the engine, called from any thread. */
@ProviderType
public interface Handovers {

    /**
     * Waits until each microVM of a backend was taken over by the instance that is there now, or refused by it.
     *
     * @param backend its name
     * @param limit how long to wait
     * @return for each microVM that is not in its hands a sentence that says why; empty = all are
     * @throws InterruptedException if the thread was interrupted
     */
    List<String> await(String backend, Duration limit) throws InterruptedException;
}
